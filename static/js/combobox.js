/* <ui-combobox> makes the select inside it one that can be typed into (ARIA
   combobox with list autocomplete). The select stays the field that is sent. */
(() => {
  "use strict";
  let number = 0;
  const make = (tag, look, attributes = {}) => {
    const el = Object.assign(document.createElement(tag), look);
    Object.entries(attributes).forEach(([name, value]) => el.setAttribute(name, value));
    return el;
  };

  class Combobox extends HTMLElement {
    connectedCallback() {
      this.select = this.querySelector("select");
      if (!this.select || this.input) return;
      number += 1;
      this.listId = `cb-list-${number}`;
      this.build();
      this.draw();
    }

    build() {
      const { select } = this;
      const label = select.labels[0];
      this.list = make("div", { className: "cb-list", id: this.listId, hidden: true }, { role: "listbox" });
      this.input = make("input", { type: "text", id: `${select.id}_typed`, autocomplete: "off" }, {
        role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId,
      });
      this.adopt(select);
      if (label) {
        label.htmlFor = this.input.id;
        this.list.setAttribute("aria-label", this.listLabel ?? label.textContent.trim());
      }
      if (select.multiple) this.list.setAttribute("aria-multiselectable", "true");
      this.box = make("div", { className: "cb-box" });
      this.box.append(this.input);
      const here = document.activeElement === select;
      select.hidden = true;
      this.append(this.box, this.list);
      if (here) this.input.focus();
      this.input.addEventListener("input", () => this.open());
      this.input.addEventListener("click", () => { this.open(true); if (!select.multiple) this.input.select(); });
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("blur", () => this.leave());
      this.list.addEventListener("pointerdown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const row = event.target.closest("[role=option]");
        if (row) this.choose(row.option);
      });
      this.box.addEventListener("click", (event) => { if (event.target === this.box) this.input.focus(); });
      select.form?.addEventListener("reset", () => setTimeout(() => this.draw()));
    }

    get chosen() { return [...this.select.selectedOptions].filter((option) => option.value); }

    /* What the select says of a mistake, the field says that is seen instead. */
    adopt(select) {
      for (const name of ["aria-describedby", "aria-invalid"]) {
        if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
        else this.input.removeAttribute(name);
      }
    }

    draw() {
      this.box.querySelectorAll(".cb-token").forEach((token) => token.remove());
      if (this.select.multiple) this.chosen.forEach((option) => this.input.before(this.token(option)));
      else {
        this.input.defaultValue = this.chosen[0]?.label ?? "";
        if (this.list.hidden) this.input.value = this.input.defaultValue; // else somebody types
      }
      this.input.placeholder = this.chosen.length ? "" : this.hint ?? said("typeToSearch");
    }

    token(option) {
      const token = make("span", { className: "cb-token", textContent: option.label });
      const remove = make("button", { type: "button", textContent: "×" }, { "aria-label": said("remove", option.label) });
      remove.addEventListener("click", () => { this.set(option, false); this.input.focus(); });
      token.append(remove);
      return token;
    }

    open(all = false) {
      const words = all ? "" : this.input.value.trim().toLowerCase();
      this.list.replaceChildren(...this.found(words));
      this.rows = [...this.list.querySelectorAll("[role=option]")];
      if (!this.rows.length) this.list.append(make("div", { className: "none", textContent: said("noMatch") }, { role: "option", "aria-disabled": "true" }));
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.mark(words ? this.best(words) : this.rows.findIndex((row) => row.option === this.chosen[0]));
    }

    found(words) {
      const fitting = [...this.select.options].filter((option) => option.value && option.label.toLowerCase().includes(words));
      return fitting.slice(0, 200).map((option, at) => this.row(option, at));
    }

    best() { return this.rows.length ? 0 : -1; }

    row(option, at) {
      const row = make("div", { id: `${this.listId}-${at}`, textContent: option.label }, {
        role: "option", "aria-selected": String(option.selected),
      });
      row.option = option;
      return row;
    }

    mark(at) {
      this.at = at;
      this.rows.forEach((row, i) => row.classList.toggle("active", i === at));
      const row = this.rows[at];
      if (row) { this.input.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
      else this.input.removeAttribute("aria-activedescendant");
    }

    close() {
      this.list.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      if (this.select.multiple) this.input.value = "";
      else if (!this.input.value && !this.select.required) this.clear();
      else this.draw();
    }

    /* What was typed in full is chosen, without Enter as well; where several options
       have that name, the chosen one stays. */
    leave() {
      const words = this.input.value.trim().toLowerCase();
      const named = [...this.select.options].filter((option) => option.value && option.label.toLowerCase() === words);
      if (!this.select.multiple && named.length && !named.includes(this.chosen[0])) this.set(named[0], true);
      this.close();
    }

    clear() {
      const none = [...this.select.options].find((option) => !option.value);
      if (none && this.chosen.length) this.set(none, true);
    }

    set(option, chosen) {
      option.selected = chosen;
      this.draw();
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    choose(option) {
      // whoever looks through the list goes on; whoever typed a name has found it, and
      // the open list would lie over the button that saves
      const goesOn = this.select.multiple && !this.input.value.trim();
      this.set(option, this.select.multiple ? !option.selected : true);
      this.input.value = this.select.multiple ? "" : option.label;
      if (goesOn) this.open(true);
      else this.close();
    }

    key(event) {
      if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
      const { rows, at } = this;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const far = { Home: 0, End: rows?.length - 1, PageUp: Math.max(at - 8, 0), PageDown: Math.min(at + 8, rows?.length - 1) }[event.key];
      if (step) {
        event.preventDefault();
        if (this.list.hidden) this.open(true);
        else if (rows.length) this.mark(at < 0 && step < 0 ? rows.length - 1 : (at + step + rows.length) % rows.length);
      } else if (far !== undefined && !this.list.hidden) {
        event.preventDefault();
        this.mark(far);
      } else if (event.key === "Enter" && !this.list.hidden) {
        event.preventDefault();
        if (rows[this.at]) this.choose(rows[this.at].option);
      } else if (event.key === "Escape" && !this.list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      } else if (event.key === "Backspace" && !this.input.value && this.select.multiple) {
        const last = this.chosen.at(-1);
        if (last) this.set(last, false);
      }
    }
  }
  customElements.define("ui-combobox", Combobox);
})();
