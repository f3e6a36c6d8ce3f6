/* Personal fields in the editor: {{ first_name | there }} is one thing, chosen from a
   menu together with its fallback, and seen, passed, changed and deleted as a whole.
   Without script it is written as it stands. */
(() => {
  "use strict";
  const form = document.getElementById("editor");
  const box = document.getElementById("token");
  if (!form || !box) return;
  const menu = box.querySelector("form"), { name, fallback } = menu.elements;
  const [put, remove] = ["put", "remove"].map((one) => box.querySelector(`[data-token-${one}]`));

  /* the same as the server reads, deliveries/personalization.py */
  const TOKEN = /\{\{\s*([a-z][a-z0-9_-]*)\s*(?:\|\s*([^{}|<>]*?)\s*)?\}\}/g;
  const tokens = (text) => [...text.matchAll(TOKEN)].map((found) => (
    { start: found.index, end: found.index + found[0].length, words: found[0], name: found[1], fallback: found[2] || "" }
  ));
  const written = () => (fallback.value.trim() ? `{{ ${name.value} | ${fallback.value.trim()} }}` : `{{ ${name.value} }}`);
  const isField = (one) => Boolean(one?.matches?.("#editor [data-tokens]"));
  const isCode = (one) => one.classList.contains("mono"); // a brace is a brace there

  /* seen: a twin behind each field shows where its tokens are */
  const LONGEST = 20000;
  function paint(field) {
    const twin = field.previousElementSibling, text = field.value, parts = [];
    let end = 0;
    for (const token of text.length > LONGEST ? [] : tokens(text)) {
      const mark = document.createElement("mark");
      mark.textContent = token.words;
      parts.push(text.slice(end, token.start), mark);
      end = token.end;
    }
    twin.replaceChildren(...parts, parts.length ? text.slice(end) : "", "\u200b");
    follow(field);
  }
  function follow(field) {
    const twin = field.previousElementSibling;
    twin.style.inlineSize = `${field.clientWidth + 2}px`; // no wider where there is a scroll bar
    twin.scrollTop = field.scrollTop;
    twin.scrollLeft = field.scrollLeft;
  }
  const sizes = new ResizeObserver((seen) => seen.forEach(({ target }) => follow(target)));
  function dress() {
    for (const field of form.querySelectorAll("[data-tokens]")) {
      if (!field.closest(".tk")) {
        const shell = document.createElement("div"), twin = document.createElement("div");
        shell.className = "tk";
        twin.className = isCode(field) ? "tk-back mono" : "tk-back";
        twin.setAttribute("aria-hidden", "true");
        field.replaceWith(shell);
        shell.append(twin, field);
        field.addEventListener("scroll", () => follow(field));
        sizes.observe(field);
      }
      paint(field);
    }
  }
  form.addEventListener("input", (event) => { if (isField(event.target)) paint(event.target); });
  document.addEventListener("editor:drawn", dress);
  dress();

  /* passed: nobody stands inside of one */
  let field = null, last = [0, 0], how = "", pressed = false;
  const chosen = (one) => tokens(one.value).find(({ start, end }) => start === one.selectionStart && end === one.selectionEnd);
  form.addEventListener("focusin", (event) => { if (isField(event.target)) field = event.target; });
  form.addEventListener("pointerdown", () => { pressed = true; how = "point"; });
  for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { pressed = false; step(); });
  function step() {
    const at = document.activeElement;
    if (pressed || !isField(at)) return;
    const [start, end] = [at.selectionStart, at.selectionEnd], all = tokens(at.value);
    const around = (place) => all.find((token) => token.start < place && place < token.end);
    const [left, right] = [around(start), around(end)];
    if (left && start === end) alone(at, left, start);
    else if (left || right) {
      const from = left ? (start > last[0] ? left.end : left.start) : start;
      const to = right ? (end < last[1] ? right.start : right.end) : end;
      at.setSelectionRange(Math.min(from, to), Math.max(from, to), at.selectionDirection);
    }
    last = [at.selectionStart, at.selectionEnd];
    tell(at, chosen(at));
  }
  // who goes through the words stops at it; who comes from another line stands beside it
  function alone(at, token, place) {
    if (["point", "ArrowLeft", "ArrowRight"].includes(how)) at.setSelectionRange(token.start, token.end);
    else {
      const edge = place - token.start < token.end - place ? token.start : token.end;
      at.setSelectionRange(edge, edge);
    }
  }
  document.addEventListener("selectionchange", step);
  function tell(at, token) {
    const region = document.getElementById("token-said");
    const marks = [...at.previousElementSibling.querySelectorAll("mark")], place = tokens(at.value).findIndex((one) => one.start === token?.start);
    marks.forEach((mark, here) => mark.toggleAttribute("data-chosen", here === place));
    const words = told(token);
    if (region.textContent !== words) region.textContent = words;
  }
  function told(token) {
    const what = token && label(token.name);
    if (!what) return said("tokenHint");
    return token.fallback ? said("tokenElse", what).replace("{}", () => token.fallback) : said("tokenBare", what);
  }
  const label = (key) => [...name.options].find((one) => one.value === key)?.textContent;

  /* deleted: as one */
  form.addEventListener("keydown", (event) => {
    const at = event.target;
    how = event.key;
    if (!isField(at) || event.isComposing) return;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && chosen(at)) {
      event.preventDefault();
      open(at);
    }
    const place = at.selectionStart;
    if (place !== at.selectionEnd) return;
    const all = tokens(at.value);
    const gone = { Backspace: all.find(({ end }) => end === place), Delete: all.find(({ start }) => start === place) }[event.key];
    if (gone) at.setSelectionRange(gone.start, gone.end); // which the key then deletes
  });

  /* chosen: from the menu, by its button, a brace, or Enter and a double click on it */
  let brace = false, range = [0, 0];
  function open(at, byBrace = false) {
    const token = chosen(at);
    field = at;
    brace = byBrace;
    range = [at.selectionStart, at.selectionEnd];
    name.value = token && label(token.name) ? token.name : name.options[0].value;
    fallback.value = fallback.defaultValue = token?.fallback || "";
    put.textContent = said(token ? "tokenChange" : "tokenPut");
    remove.hidden = !token;
    box.returnValue = "";
    box.showModal();
  }
  form.addEventListener("beforeinput", (event) => {
    const at = event.target;
    if (event.data !== "{" || event.inputType !== "insertText" || !isField(at) || isCode(at) || at.value[at.selectionStart - 1] === "{") return;
    event.preventDefault();
    open(at, true);
  });
  form.addEventListener("dblclick", (event) => { if (isField(event.target) && chosen(event.target)) open(event.target); });
  form.addEventListener("click", (event) => {
    if (!event.target.closest("[data-token-menu]")) return;
    const shown = field?.isConnected && !field.closest("[hidden]") ? field : form.querySelector(".ed-block:not([hidden]) [data-tokens]");
    if (shown) open(shown);
  });
  function write(text) {
    field.focus();
    field.setSelectionRange(...range);
    const command = text ? ["insertText", false, text] : ["delete"];
    if (range[0] === range[1] && !text) return;
    if (document.execCommand(...command)) return; // the browser's own undo knows it
    field.setRangeText(text, ...range, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  box.addEventListener("close", () => {
    const { returnValue } = box;
    if (returnValue === "put") write(written());
    else if (returnValue === "remove") write("");
    else if (brace) write("{");
    else field.focus();
  });
})();
