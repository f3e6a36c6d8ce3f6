/* <ui-passkey> is around a form whose button asks a device for a passkey. It gets the
   question from data-ask, and sends the answer of the device along with the form.
   data-make: a new passkey; without, one that is there. data-site: where passkeys work. */
(() => {
  "use strict";
  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => list?.map((one) => ({ ...one, id: octets(one.id) }));

  function question(json) {
    const asked = { ...json, challenge: octets(json.challenge) };
    if (json.user) asked.user = { ...json.user, id: octets(json.user.id) };
    if (json.excludeCredentials) asked.excludeCredentials = known(json.excludeCredentials);
    if (json.allowCredentials) asked.allowCredentials = known(json.allowCredentials);
    return asked;
  }

  function answer(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({ rawId: text(credential.rawId), type: credential.type, response });
  }

  const WORDS = { NotAllowedError: "passkeyNone", InvalidStateError: "passkeyThere", SecurityError: "passkeyNameless" };

  class Passkey extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.says = this.querySelector("[data-says]");
      this.form.elements.answer.value = ""; // a browser that goes back fills it again
      this.button = this.form.querySelector("button:not([type])");
      if (window.PublicKeyCredential && location.origin === this.dataset.site) {
        this.form.addEventListener("submit", (event) => this.send(event));
      } else {
        this.cannot();
      }
    }

    /* the sentence that fits: another address of the console, or another browser */
    cannot() {
      const elsewhere = location.origin !== this.dataset.site;
      this.querySelectorAll("[data-cannot]").forEach((one) => { one.hidden = (one.dataset.cannot === "here") !== elsewhere; });
      this.querySelectorAll("[data-can]").forEach((one) => { one.hidden = true; });
    }

    async send(event) {
      event.preventDefault();
      if (this.button.disabled) return;
      this.button.disabled = true;
      this.tell("");
      try {
        this.form.elements.answer.value = await this.ask();
        this.form.submit();
      } catch (problem) {
        this.tell(problem.name in WORDS ? said(WORDS[problem.name]) : problem.message);
        this.button.disabled = false;
        this.button.focus();
      }
    }

    async ask() {
      const came = await fetch(this.dataset.ask, { method: "POST", body: new FormData(this.form), headers: { Accept: "application/json" } })
        .catch(() => { throw new Error(said("unreached")); });
      const json = await came.json().catch(() => { throw new Error(said("passkeyFailed")); });
      if (!came.ok) throw new Error(json.problem);
      const publicKey = question(json);
      const { credentials } = navigator;
      return answer(await ("make" in this.dataset ? credentials.create({ publicKey }) : credentials.get({ publicKey })));
    }

    tell(words) {
      this.says.querySelector("p").textContent = words;
      this.says.hidden = !words;
    }
  }
  customElements.define("ui-passkey", Passkey);
})();
