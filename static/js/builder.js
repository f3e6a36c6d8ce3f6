/* The builder, redrawn in place (hx-swap="inplace"): what somebody is at keeps its
   focus, its text and the letters typed into a list. What the server did not change is
   not touched, and what was changed since the request left is not taken back. */
(() => {
  "use strict";
  const form = document.getElementById("segment");
  let sent = new WeakMap(); // field -> its state when the request left
  let touched = false; // since then

  const state = (field) =>
    field.multiple ? [...field.selectedOptions].map((option) => option.value).join("\n") : field.value;

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb === "get") return;
    touched = false;
    sent = new WeakMap([...form.elements].map((field) => [field, state(field)]));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const menu = event.detail.requestConfig?.elt.closest("details.more");
    if (menu) menu.open = false;
  });

  /* Is what one sees saved? The server says so; until it is asked, each change says no. */
  const answers = () => [...document.querySelectorAll("#saved [data-state]")];
  const answer = (name) => answers().forEach((one) => { one.hidden = one.dataset.state !== name; });
  ["input", "change"].forEach((type) => form.addEventListener(type, ({ target }) => {
    if (!target.name || target.matches("[data-lookup]")) return;
    touched = true;
    answer("unsaved");
  }));
  form.addEventListener("submit", (event) => {
    if (!event.submitter?.value.startsWith("save")) return;
    const before = answers().find((one) => !one.hidden).dataset.state;
    answer("saving");
    window.addEventListener("pageshow", () => answer(before), { once: true });
  });

  /* No answer came: said where the numbers are, and nothing on the page is lost. */
  function uncounted() {
    const note = document.getElementById("uncounted");
    note.hidden = false;
    document.getElementById("status").textContent = note.textContent;
  }
  ["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((type) =>
    document.addEventListener(type, (event) => {
      if (!["rail", "builder"].includes(event.detail.target?.id)) return;
      event.stopPropagation(); // no word of it anywhere else
      uncounted();
    }, true));

  const isCombo = (node) => node.matches?.("ui-combobox, ui-field-picker");
  const isHidden = (field) => field.type === "hidden";
  const isTyped = (label) => label.htmlFor.endsWith("_typed"); // see combobox.js
  const stays = (el, name) =>
    name === "open" ||
    (name === "value" && el.tagName === "INPUT" && !isHidden(el)) ||
    (name === "for" && isTyped(el));

  function attributes(old, fresh) {
    for (const { name, value } of [...fresh.attributes]) {
      if (stays(old, name) || old.getAttribute(name) === value) continue;
      if (name === "class") {
        const busy = [...old.classList].filter((word) => word.startsWith("htmx-"));
        if (old.className === [value, ...busy].join(" ")) continue;
        old.className = [value, ...busy].join(" ");
      } else old.setAttribute(name, value);
    }
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !stays(old, name)) old.removeAttribute(name);
    }
  }

  const options = (select) => [...select.options].map((one) => `${one.value}\t${one.text}`).join("\n");
  const sameChoice = (old, fresh) => options(old.querySelector("select")) === options(fresh.querySelector("select"));

  function settle(field, fresh) {
    const before = sent.get(field);
    if (before !== undefined && before !== state(field)) return; // changed since
    if (state(field) === state(fresh)) return;
    if (field.multiple) {
      const chosen = new Set(state(fresh).split("\n"));
      [...field.options].forEach((option) => { option.selected = chosen.has(option.value); });
    } else field.value = fresh.value;
    field.parentElement.draw?.(); // see combobox.js
  }

  function choose(old, fresh) {
    if (options(old) !== options(fresh)) {
      const mine = sent.get(old) === state(old) ? fresh.value : old.value;
      old.replaceChildren(...fresh.childNodes);
      if ([...old.options].some((option) => option.value === mine)) old.value = mine;
    } else settle(old, fresh);
  }

  function morph(old, fresh) {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    attributes(old, fresh);
    if (isCombo(old)) {
      const [mine, theirs] = [old, fresh].map((one) => one.querySelector("select"));
      settle(mine, theirs);
      old.adopt?.(theirs);
    } else if (old.tagName === "SELECT") choose(old, fresh);
    else if (old.tagName === "INPUT" || old.tagName === "TEXTAREA") settle(old, fresh);
    else if (old.tagName !== "NOSCRIPT") children(old, fresh);
  }

  /* Two nodes are one when they hold the same number of the form. */
  const key = (node) => {
    if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeName;
    const named = node.id ? node : node.querySelector("[id]:not([id^=cb-list])");
    return `${node.nodeName} ${named?.id.replace(/_typed$/, "") ?? ""}`;
  };
  const move = (parent, node, place) =>
    (parent.moveBefore && node.isConnected ? parent.moveBefore(node, place) : parent.insertBefore(node, place));

  function children(old, fresh) {
    const known = new Map();
    for (const node of old.childNodes) {
      const name = key(node);
      known.set(name, [...(known.get(name) ?? []), node]);
    }
    let at = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const twin = known.get(key(next))?.shift();
      if (!twin || (isCombo(twin) && !sameChoice(twin, next))) {
        old.insertBefore(next, at);
        continue;
      }
      if (twin === at) at = at.nextSibling;
      else move(old, twin, at);
      morph(twin, next);
    }
    while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
  }

  window.htmx.defineExtension("inplace", {
    isInlineSwap: (style) => style === "inplace",
    handleSwap(style, target, fragment) {
      if (style !== "inplace") return false;
      const active = document.activeElement;
      const fresh = fragment.querySelector(`#${CSS.escape(target.id)}`);
      if (!fresh) { // another page, such as the sign-in
        uncounted();
        return [target];
      }
      const goal = fresh.querySelector("[autofocus]"); // a browser heeds it on a new page only
      goal?.removeAttribute("autofocus");
      morph(target, fresh);
      if (touched) answer("unsaved");
      window.htmx.process(target); // at once: a choice made before htmx settles would be lost
      if (goal) (document.getElementById(`${goal.id}_typed`) ?? document.getElementById(goal.id)).focus();
      else if (active?.isConnected && active !== document.activeElement) active.focus({ preventScroll: true });
      return [target];
    },
  });
})();
