/* The email editor: choose a block, save by itself, preview. Without it the form works. */
(() => {
  "use strict";
  const form = document.getElementById("editor");
  if (!form) return;
  const $ = (selector, root = form) => root.querySelector(selector);
  const $$ = (selector, root = form) => [...root.querySelectorAll(selector)];
  const bar = document.getElementById("savebar");
  const frame = $("iframe");
  const canvas = $(".ed-canvas");
  const people = form.elements.as;

  /* one block at a time; its address is the hash, so Back and undo find it again */
  const parts = () => $$(".ed-block");
  const links = () => $$(".blk > a");
  const linkTo = (id) => links().find((link) => link.hash === `#${id}`);
  const chosenId = () => parts().find((part) => !part.hidden)?.id;
  function choose(id) {
    const all = parts();
    const chosen = all.find((part) => part.id === id) || all[0];
    for (const part of all) part.hidden = part !== chosen;
    for (const link of links()) {
      const here = link.hash === `#${chosen.id}`;
      link.parentElement.toggleAttribute("data-chosen", here);
      if (here) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    form.elements.after.value = chosen.id.startsWith("block-") ? chosen.id.slice(6) : "";
    return chosen;
  }
  const enter = (chosen) => $("input, textarea, select", chosen)?.focus({ preventScroll: true });
  addEventListener("hashchange", () => enter(choose(location.hash.slice(1))));
  const broken = $("[aria-invalid=true]")?.closest(".ed-block");
  choose(broken ? broken.id : location.hash.slice(1));

  /* the preview follows what is saved; the old one stays until the new one is drawn */
  let view = canvas.dataset.view;
  function show() {
    const query = new URLSearchParams({ view, as: people.value, v: form.elements.version?.value || "", language: form.elements.language.value });
    canvas.dataset.view = view;
    frame.src = `${form.dataset.preview}?${query}`;
  }
  form.addEventListener("click", (event) => {
    const option = event.target.closest("[name=view]");
    if (!option) return;
    event.preventDefault();
    view = option.value;
    for (const one of $$("[name=view]")) one.setAttribute("aria-pressed", String(one === option));
    show();
  });
  people.addEventListener("change", (event) => { event.stopPropagation(); show(); });

  /* saving: a second after the last change, one request at a time */
  let timer = 0, saving = null, again = false, dirty = false, stuck = false, changing = false;
  const UNREACHED = said("notReached");
  function tell(words, tint) {
    bar.className = `savebar ${tint || ""}`.trim();
    $("span", bar).textContent = words;
  }
  async function post() {
    dirty = false;
    tell(said("saving"));
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const found = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) {
        form.elements.version.value = found.version;
        document.getElementById("checks").innerHTML = found.checks;
        for (const [id, words] of Object.entries(found.summaries)) {
          const entry = linkTo(id);
          if (entry) $("small", entry).textContent = words;
        }
        for (const [id, words] of Object.entries(found.conditions)) {
          const entry = linkTo(id);
          if (entry) $(".blk-only", entry).textContent = words;
        }
        tell(found.sentence);
        show();
      } else {
        dirty = true;
        stuck = answer.status === 409;
        tell(found.sentence || said("notSaved"), "is-bad");
      }
    } catch {
      unreached();
    }
  }
  function unreached() {
    dirty = true;
    tell(UNREACHED, "is-bad");
    timer = setTimeout(save, 5000);
  }
  async function save() {
    clearTimeout(timer);
    if (stuck || changing || !form.elements.version) return;
    if (saving) { again = true; return; }
    saving = post().finally(() => { saving = null; });
    await saving;
    if (again) { again = false; await save(); }
  }
  form.addEventListener("input", (event) => {
    if (event.target === people || event.target.type === "file") return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1000);
  });

  /* moving, adding, deleting, undoing: the panes are redrawn in place */
  const PANES = ["#state", ".ed-left", ".ed-right"];
  const ids = () => form.elements.order.value.split(",").filter(Boolean).map((pair) => `block-${pair.split(":")[0]}`);
  let plain = false, queue = Promise.resolve();
  // an earlier press may have redrawn the panes: the same button of now is meant, and
  // that of undo leads to another version each time
  function current(pressed) {
    if (pressed.isConnected) return pressed;
    const same = (...names) => $(names.filter((name) => pressed.hasAttribute(name)).map((name) => `[${name}="${CSS.escape(pressed.getAttribute(name))}"]`).join(""));
    return pressed.dataset.key?.endsWith("z") ? same("data-key") : same("formaction", "name", "value");
  }
  async function change(pressed) {
    const button = current(pressed);
    if (!button || plain) return;
    clearTimeout(timer);
    const listed = button.closest(".ed-left"), before = ids(), was = chosenId();
    const subject = listed && button.closest(".blk") ? $("a", button.closest(".blk")).hash.slice(1) : was;
    await settled(); // the answers of saves bring the version that this one builds on
    // the way back begins at what was typed a moment ago
    if (dirty && button.dataset.key?.endsWith("z")) {
      await save();
      if (dirty) return; // the bar says why
    }
    changing = true;
    const stood = document.activeElement; // whoever goes to another block meanwhile stays there
    let answer = null, typed = [];
    try {
      const sent = values();
      answer = await fetch(button.formAction, { method: "POST", body: new FormData(form, button) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !page.getElementById("editor")) throw new Error("to be seen whole");
      typed = values().filter(([name, value]) => sent.some(([one, was]) => one === name && was !== value));
      const at = $(".ed-right").contains(document.activeElement) ? document.activeElement.name : "";
      const gone = document.activeElement !== stood && links().includes(document.activeElement) ? document.activeElement.hash.slice(1) : "";
      dirty = stuck = false;
      redraw(page);
      carryOver(typed);
      document.dispatchEvent(new Event("editor:drawn"));
      const now = ids();
      const fresh = now.find((id) => !before.includes(id));
      const next = now[Math.min(before.indexOf(subject), now.length - 1)];
      const chosen = choose(now.includes(subject) && !fresh ? subject : fresh || next || was);
      history.replaceState(history.state, "", `#${chosen.id}`);
      if (typed.length && at && form.elements[at]) form.elements[at].focus();
      else if (linkTo(gone)) linkTo(gone).focus();
      else if (fresh && button.name === "kind") enter(chosen); else linkTo(chosen.id)?.focus();
      linkTo(chosen.id)?.scrollIntoView({ block: "nearest" });
      show();
    } catch {
      if (!answer) return unreached();
      plain = true; // the server has something to say: let it say it on a page
      button.click();
    } finally {
      changing = false;
      if (typed.length && dirty) timer = setTimeout(save, 1000);
    }
  }
  async function settled() { while (saving) await saving; }
  /* what somebody can type into, by name; what she typed meanwhile is put back */
  const values = () => $$("input, textarea, select", $(".ed-right")).filter((one) => one.name && !["file", "hidden", "checkbox", "radio"].includes(one.type)).map((one) => [one.name, one.value]);
  function carryOver(typed) {
    for (const [name, value] of typed) {
      if (!form.elements[name]) continue;
      form.elements[name].value = value;
      dirty = true;
    }
  }
  function redraw(page) {
    for (const pane of PANES) $(pane).replaceWith(document.adoptNode(page.querySelector(`#editor ${pane}`)));
    window.htmx.process($(".ed-right"));
    for (const id of ["savebar", "toasts"]) document.getElementById(id).innerHTML = page.getElementById(id).innerHTML;
    bar.className = "savebar";
  }
  form.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.value) form.requestSubmit($("#upload"));
  });
  let leaving = false;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]:not([target])");
    if (!(dirty || saving) || stuck || event.defaultPrevented || event.ctrlKey || event.metaKey || !link || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault(); // what was typed a moment ago is saved first
    await settled();
    if (dirty) await save();
    if (!dirty) location.assign(link.href); // else the bar says why
  });
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!plain && button?.hasAttribute("formaction")) {
      event.preventDefault();
      queue = queue.then(() => change(button));
      return;
    }
    leaving = true;
    clearTimeout(timer);
  });
  addEventListener("beforeunload", (event) => { if ((dirty || saving) && !leaving) event.preventDefault(); });

  /* arrows go through the list of blocks and through the menu of kinds */
  form.addEventListener("click", (event) => {
    const menu = event.target.closest(".ed-add > summary")?.parentElement;
    if (!menu || menu.open) return;
    event.preventDefault(); // opened here and now: the next key may follow at once
    menu.open = true;
    $("button", menu).focus();
  });
  form.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const list = event.target.closest(".ed-add > div") ? $$(".ed-add button") : event.target.matches(".blk > a") ? links() : [];
    const goal = list[list.indexOf(event.target) + step];
    if (goal) { event.preventDefault(); goal.focus(); }
  });

  /* formats go where the caret was; personal fields: tokens.js */
  let field = null;
  form.addEventListener("focusin", (event) => { if (event.target.matches("[data-tokens]")) field = event.target; });
  function put(before, after = "") {
    if (!field?.isConnected || field.closest("[hidden]")) field = $(".ed-block:not([hidden]) [data-tokens]");
    if (!field) return;
    const words = field.value.slice(field.selectionStart, field.selectionEnd);
    field.setRangeText(before + words + after, field.selectionStart, field.selectionEnd, "end");
    if (after && !words) field.selectionStart = field.selectionEnd -= after.length;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const marks = { "**": ["**", "**"], "*": ["*", "*"], link: ["[", "](https://)"], "- ": ["\n\n- ", ""] };
  form.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-mark]");
    if (mark) put(...marks[mark.dataset.mark]);
  });
})();
