/* <ui-field-picker>: the combobox that asks which field a condition is about. What is
   typed is looked for in all groups; the fields used last stand first; each has its icon
   and an example, from the template #fields. */
(() => {
  "use strict";
  const Combobox = customElements.get("ui-combobox");
  const page = document.getElementById("fields");
  if (!Combobox || !page) return;
  const told = new Map([...page.content.children].map((one) => [one.dataset.field, one]));
  const MOST = 5;
  let recent = page.dataset.recent.split(" ").filter(Boolean);
  const icon = (key) => (told.get(key) ?? told.get("")).querySelector(".i").cloneNode(true);

  class FieldPicker extends Combobox {
    listLabel = said("fields");
    hint = said("filterBy");

    draw() {
      super.draw();
      this.box.querySelector(":scope > .i")?.remove();
      this.box.prepend(icon(this.select.value));
    }

    /* [heading, its options]: those used last only while nothing is typed. */
    groups(words) {
      const families = [...this.select.querySelectorAll("optgroup")].map((one) => [one.label, [...one.children]]);
      if (!words) {
        const known = recent.map((key) => [...this.select.options].find((one) => one.value === key));
        return [[said("usedLast"), known.filter(Boolean)], ...families];
      }
      const parts = words.split(/\s+/);
      return families.map(([family, options]) => [family, options.filter((option) => {
        const text = `${option.label} ${family}`.toLowerCase();
        return parts.every((part) => text.includes(part));
      })]);
    }

    found(words) {
      let at = 0;
      return this.groups(words).filter(([, options]) => options.length).map(([family, options], n) => {
        const group = document.createElement("div");
        const head = document.createElement("span");
        head.className = "cb-head";
        head.id = `${this.listId}-group-${n}`;
        head.textContent = family;
        group.setAttribute("role", "group");
        group.setAttribute("aria-labelledby", head.id);
        group.append(head, ...options.map((option) => this.row(option, at++)));
        return group;
      });
    }

    row(option, at) {
      const row = document.createElement("div");
      const label = document.createElement("span");
      label.textContent = option.label;
      row.id = `${this.listId}-${at}`;
      row.className = "cb-told";
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", String(option.selected));
      row.append(icon(option.value), label);
      const hint = told.get(option.value)?.querySelector("small");
      if (hint?.textContent) row.append(hint.cloneNode(true));
      row.option = option;
      return row;
    }

    /* A field that begins with what was typed goes before one that has it inside. */
    best(words) {
      const labels = this.rows.map((row) => row.option.label.toLowerCase());
      const ranks = [(one) => one === words, (one) => one.startsWith(words), (one) => one.includes(words), () => true];
      for (const fits of ranks) {
        const at = labels.findIndex(fits);
        if (at >= 0) return at;
      }
      return -1;
    }

    set(option, chosen) {
      if (option.value) recent = [option.value, ...recent.filter((key) => key !== option.value)].slice(0, MOST);
      super.set(option, chosen);
    }
  }
  customElements.define("ui-field-picker", FieldPicker);
})();
