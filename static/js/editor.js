/* The email editor: choose a block, save by itself, preview. Without it the form works. */
(() => {
  "use strict";
  const form = document.getElementById("editor");
  if (!form) return;
  const $$ = (selector, root = form) => [...root.querySelectorAll(selector)];
  const bar = document.getElementById("savebar");
  const frame = form.querySelector("iframe");
  const canvas = form.querySelector(".ed-canvas");
  const people = form.elements.as;

  /* one block at a time; its address is the hash, so Back and undo find it again */
  const parts = $$(".ed-block");
  const links = $$(".blk > a");
  function choose(id) {
    const chosen = parts.find((part) => part.id === id) || parts[0];
    for (const part of parts) part.hidden = part !== chosen;
    for (const link of links) {
      const here = link.hash === `#${chosen.id}`;
      link.parentElement.toggleAttribute("data-chosen", here);
      if (here) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
    form.elements.after.value = chosen.id.startsWith("block-") ? chosen.id.slice(6) : "";
    return chosen;
  }
  const fromHash = (focus) => {
    const chosen = choose(location.hash.slice(1));
    if (focus) chosen.querySelector("input, textarea, select")?.focus({ preventScroll: true });
  };
  addEventListener("hashchange", () => fromHash(true));
  const broken = form.querySelector("[aria-invalid=true]")?.closest(".ed-block");
  if (broken) choose(broken.id); else fromHash(false);

  /* the preview follows what is saved */
  let view = canvas.dataset.view;
  function show() {
    const query = new URLSearchParams({ view, as: people.value, v: form.elements.version?.value || "" });
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
  let timer = 0, saving = false, again = false, dirty = false, stuck = false;
  function tell(words, tint) {
    bar.className = `savebar ${tint || ""}`.trim();
    bar.querySelector("span").textContent = words;
  }
  async function save() {
    clearTimeout(timer);
    if (stuck || !form.elements.version) return;
    if (saving) { again = true; return; }
    saving = true; dirty = false;
    tell("Saving…");
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const found = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (answer.ok) {
        form.elements.version.value = found.version;
        document.getElementById("checks").innerHTML = found.checks;
        tell(found.sentence);
        show();
      } else {
        dirty = true;
        stuck = answer.status === 409;
        tell(found.sentence || "Not saved. Press Save to try again.", "is-bad");
      }
    } catch {
      dirty = true;
      tell("Not saved: the console can’t be reached. It is tried again.", "is-bad");
      timer = setTimeout(save, 5000);
    }
    saving = false;
    if (again) { again = false; save(); }
  }
  form.addEventListener("input", (event) => {
    if (event.target === people) return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1000);
  });
  let leaving = false;
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });

  /* personal fields and formats go where the caret was */
  let field = null;
  form.addEventListener("focusin", (event) => { if (event.target.matches("[data-tokens]")) field = event.target; });
  function put(before, after = "") {
    if (!field || field.closest("[hidden]")) field = parts.find((part) => !part.hidden)?.querySelector("[data-tokens]");
    if (!field) return;
    const words = field.value.slice(field.selectionStart, field.selectionEnd);
    field.setRangeText(before + words + after, field.selectionStart, field.selectionEnd, "end");
    if (after && !words) field.selectionStart = field.selectionEnd -= after.length;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const marks = { "**": ["**", "**"], "*": ["*", "*"], link: ["[", "](https://)"], "- ": ["\n\n- ", ""] };
  form.addEventListener("click", (event) => {
    const token = event.target.closest("[data-token]");
    const mark = event.target.closest("[data-mark]");
    if (token) put(`{{ ${token.dataset.token} | `, " }}");
    if (mark) put(...marks[mark.dataset.mark]);
  });
})();
