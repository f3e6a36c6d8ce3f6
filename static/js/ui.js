/* What the console adds to plain pages. Nothing here is needed to do the work. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, selector, act, root = document) =>
    root.addEventListener(type, (event) => {
      const hit = event.target.closest?.(selector);
      if (hit) act(hit, event);
    });
  const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]");
  /* the words of ui/words.html; `value` is put in */
  window.said = (name, value) => $("#words").dataset[name].replace("{}", value);
  const say = (words) => { const region = $("#status"); if (region) region.textContent = words; };

  /* htmx: the CSRF token, errors as toasts, focus that survives a swap */
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = $("meta[name=csrf-token]").content;
  });
  document.addEventListener("htmx:responseError", (event) => complain(said("failed", event.detail.xhr.status)));
  document.addEventListener("htmx:sendError", () => complain(said("unreached")));
  let focused = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    focused = event.detail.target.contains(document.activeElement) ? document.activeElement.id : "-";
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    dress(document);
    if (focused === "-" || document.activeElement !== document.body) return;
    const home = (focused && document.getElementById(focused)) || $("h1, h2, h3", event.detail.elt);
    if (home && !home.matches("a, button, input, select, textarea")) home.tabIndex = -1;
    home?.focus({ preventScroll: true });
  });

  /* where there are more tabs than fit beside each other: that of this page */
  $(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  /* toasts: the calm ones leave after ten seconds, unless somebody is at them */
  const icon = (name) => {
    const holder = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
    holder.setAttribute("class", "i");
    holder.setAttribute("aria-hidden", "true");
    holder.append(use);
    return holder;
  };
  function complain(words) {
    const box = document.createElement("div");
    const text = document.createElement("p");
    const close = document.createElement("button");
    box.className = "toast bad";
    box.setAttribute("role", "alert");
    text.textContent = words;
    close.className = "btn ghost square small";
    close.type = "button";
    close.dataset.close = "";
    close.setAttribute("aria-label", said("close"));
    close.append(icon("x"));
    box.append(icon("circle-alert"), text, close);
    $("#toasts")?.append(box);
  }
  function leave(box) {
    if (box.dataset.leaving || box.matches(".bad, .warn")) return;
    box.dataset.leaving = "1";
    let left = 10;
    const clock = setInterval(() => {
      if (!box.matches(":hover, :focus-within")) left -= 1;
      if (left <= 0) { clearInterval(clock); box.remove(); }
    }, 1000);
  }
  on("click", "[data-close]", (button) => button.closest(".toast").remove());

  /* dialogs: command buttons where the browser lacks them; typed words are not lost */
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    on("click", "button[commandfor]", (button) => {
      const box = document.getElementById(button.getAttribute("commandfor"));
      if (button.getAttribute("command") === "close") box?.close();
      else if (!box?.open) box?.showModal();
    });
  }
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("dialog[open]:not(#palette)")) return;
    const field = $(".dlg-b :is(input:not([type=hidden]), select:not([hidden]), textarea)", event.target);
    (event.target.id === "keys" || !field ? $("h2", event.target) : field).focus();
  }, true);
  // what is only looked up is not lost: a field with data-lookup
  const typed = (box) => $$("input, textarea, select", box).filter((field) => !field.matches("[data-lookup]")).some((field) =>
    field.matches("[type=checkbox], [type=radio]") ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? [...field.options].some((o) => o.selected !== o.defaultSelected)
        : field.value !== field.defaultValue);
  on("click", "dialog", (box, event) => {
    if (event.target !== box || box.id === "keys") return;
    const at = box.getBoundingClientRect();
    const inside = event.clientX >= at.left && event.clientX <= at.right && event.clientY >= at.top && event.clientY <= at.bottom;
    if (!inside && (box.id === "palette" || !typed(box))) box.close();
  });
  document.addEventListener("cancel", (event) => {
    const box = event.target;
    if (box.matches?.("dialog:not(#palette)") && typed(box) && !window.confirm(said("discard"))) event.preventDefault();
  }, true);

  on("click", "[data-copy]", async (copy) => {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
    copy.querySelector("span").textContent = said("copied");
  });

  /* menus close when one clicks elsewhere, and on Escape */
  document.addEventListener("click", (event) => {
    $$("details.more[open], details.user[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  /* rows: select all, ranges with Shift, how many; roles that cards on phones lose */
  const ticks = (table) => $$("tbody .sel input[type=checkbox]", table);
  function count(table) {
    const boxes = ticks(table);
    const chosen = boxes.filter((box) => box.checked).length;
    const all = $("[data-select-all]", table);
    if (all) { all.checked = chosen > 0 && chosen === boxes.length; all.indeterminate = chosen > 0 && chosen < boxes.length; }
    $$("[data-selected]", table.closest(".card") ?? document).forEach((el) => { el.textContent = `${chosen} selected`; });
  }
  on("change", "[data-select-all]", (all) => {
    const table = all.closest("table");
    ticks(table).forEach((box) => { box.checked = all.checked; });
    count(table);
  });
  let last = null;
  on("click", "tbody .sel input[type=checkbox]", (box, event) => {
    const table = box.closest("table");
    const boxes = ticks(table);
    if (event.shiftKey && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
    }
    last = box;
    count(table);
  });
  function clearSelection() {
    const tables = $$("table").filter((table) => ticks(table).some((box) => box.checked));
    tables.forEach((table) => { ticks(table).forEach((box) => { box.checked = false; }); count(table); });
    return tables.length > 0;
  }

  /* after a page or a fragment came */
  function dress(root) {
    $$(".toast", root).forEach(leave);
    $$("table.cards", root).forEach((table) => {
      table.setAttribute("role", "table");
      $$("thead, tbody", table).forEach((el) => el.setAttribute("role", "rowgroup"));
      $$("tr", table).forEach((el) => el.setAttribute("role", "row"));
      $$("td", table).forEach((el) => el.setAttribute("role", "cell"));
      $$("th", table).forEach((el) => el.setAttribute("role", el.closest("thead") ? "columnheader" : "rowheader"));
    });
    $$("table", root).forEach((table) => { if (ticks(table).length) count(table); });
  }

  /* forms: nothing is lost by leaving, nothing is sent twice */
  let leaving = false;
  on("submit", "form", (form, event) => {
    if (form.method === "dialog") return;
    leaving = true;
    setTimeout(() => {
      if (event.defaultPrevented) { leaving = false; return; }
      if (form.method === "post") $$("button:not([type=button])", form).forEach((b) => { b.disabled = true; });
    });
  });
  window.addEventListener("pageshow", () => {
    leaving = false;
    $$("form[method=post] button:not([type=button])[disabled]").forEach((b) => { b.disabled = false; });
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && $$("form[data-guard]").some(typed)) event.preventDefault();
  });
  /* A field that sends its form: at once by hand; a select that is stepped through by keys
     once Enter is pressed or it is left, so that its second option takes nobody away. */
  let stepping = false;
  const send = (field) => { delete field.dataset.stepped; field.form?.requestSubmit(); };
  on("pointerdown", "[data-submits]", () => { stepping = false; });
  on("keydown", "select[data-submits]", (field, event) => {
    stepping = event.key !== "Enter";
    if (!stepping && "stepped" in field.dataset) send(field);
  });
  on("change", "[data-submits]", (field) => { if (stepping) field.dataset.stepped = ""; else send(field); });
  on("focusout", "[data-submits]", (field) => { stepping = false; if ("stepped" in field.dataset) send(field); });

  /* palette */
  const palette = $("#palette");
  if (palette) {
    const field = $("input", palette);
    const shown = () => $$("li", palette).filter((li) => !li.hidden);
    const mark = (li) => $$("li", palette).forEach((one) => one.classList.toggle("active", one === li));
    const sift = () => {
      const words = field.value.trim().toLowerCase();
      $$("li", palette).forEach((li) => { li.hidden = !li.dataset.words.includes(words); });
      mark(shown()[0]);
    };
    field.addEventListener("input", sift);
    palette.addEventListener("toggle", () => { if (palette.open) { field.value = ""; sift(); field.focus(); } });
    palette.addEventListener("keydown", (event) => {
      const rows = shown();
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const at = rows.findIndex((li) => li.classList.contains("active"));
      if (event.key === "Escape") { event.preventDefault(); palette.close(); }
      if (step && rows.length) { event.preventDefault(); mark(rows[(at + step + rows.length) % rows.length]); }
      if (event.key === "Enter" && event.target === field && rows[at]) { event.preventDefault(); $("a", rows[at]).click(); }
    });
  }

  /* keys: with Ctrl or Command always, single ones unless the person switched them off */
  const press = (el) => { el?.click(); return Boolean(el); };
  const main = () => $("dialog[open] .primary, dialog[open] .danger") ?? $("main form .primary, main form .danger, main .primary");
  const chords = {
    k: () => { if (palette && !palette.open) palette.showModal(); return Boolean(palette); },
    s: () => press($("main form[method=post] .primary, main .primary[form]")),
    Enter: () => press(main()),
  };
  const rows = () => $$("main tbody tr").filter((row) => $("a, button, input", row));
  function move(step) {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const row = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    $("a, button, input", row ?? document.createElement("tr"))?.focus();
    row?.scrollIntoView({ block: "nearest" });
    return all.length > 0;
  }
  const singles = {
    "/": () => { const field = $("[data-search]"); field?.focus(); field?.select(); return Boolean(field); },
    "?": () => { $("#keys")?.showModal(); return true; },
    j: () => move(1),
    k: () => move(-1),
    x: () => press($(".sel input", document.activeElement.closest?.("tr") ?? document.createElement("tr"))),
    e: () => press($("[data-hotkey=e]")),
    n: () => press($("[data-hotkey=n]")),
  };
  // a button that a key presses from where it stands: data-key="alt+ArrowUp" in the
  // nearest data-scope around the focus, or belonging to its form
  function nearby(event) {
    const held = [[event.ctrlKey || event.metaKey, "ctrl+"], [event.altKey, "alt+"], [event.shiftKey && event.ctrlKey, "shift+"]];
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const name = held.filter(([down]) => down).map(([, word]) => word).join("") + key;
    if (typing(event.target) && !event.altKey && name !== "ctrl+d") return false;
    let scope = event.target.closest?.("[data-scope]") ?? $("form[data-scope]");
    while (scope) {
      // a form has buttons elsewhere on the page, and what is no field inside it
      const all = [...(scope.elements ?? []), ...$$("[data-key]", scope)];
      const mine = all.find((one) => one.dataset.key === name && (one.closest("[data-scope]") ?? one.form) === scope);
      if (mine) return press(mine);
      scope = scope.parentElement?.closest("[data-scope]");
    }
    return false;
  }
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (document.body.dataset.keys !== "off" && !$("dialog[open]") && nearby(event)) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey) {
      if (!event.altKey && !event.shiftKey && chords[event.key]?.()) event.preventDefault();
      return;
    }
    if (event.key === "Escape") {
      const menu = $("details.more[open], details.user[open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
      else if (!$("dialog[open]") && !typing(event.target) && clearSelection()) say(said("cleared"));
      return;
    }
    if (event.altKey || document.body.dataset.keys === "off" || typing(event.target) || $("dialog[open]")) return;
    if (Date.now() - going < 1500) {
      going = 0;
      if (press($(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`))) event.preventDefault();
    } else if (event.key === "g") going = Date.now();
    else if (singles[event.key]?.()) event.preventDefault();
  });

  dress(document);
  $$("dialog.inline[open]").forEach((box) => box.close());
  $$("dialog.asks[open]").forEach((box) => { box.close(); box.showModal(); });
  const errors = $("#form-errors");
  if (errors) errors.focus();
})();
