// The thank-you page: tells with the press of its button whether a hand was on it.
// Without it the button works too, and is judged a little later.
(() => {
  const form = document.querySelector("form[data-gesture]");
  if (!form) return;
  const shown = performance.now();
  for (const [event, gesture] of [["pointerdown", "pointer"], ["keydown", "key"]]) {
    addEventListener(event, (e) => {
      if (e.isTrusted) form.elements.gesture.value = gesture;
    }, { capture: true, passive: true });
  }
  form.addEventListener("submit", () => {
    form.elements.dwell.value = Math.round(performance.now() - shown);
  });
})();
