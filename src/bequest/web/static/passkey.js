/* Asks the browser for a passkey where a form needs one, and sends the form with the answer. Without script, or on
   another origin, the passkey part of a page stays hidden and the page is complete without it. */
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (found) => (found || []).map((c) => ({ ...c, id: bytes(c.id) }));
  const ready = (o) => ({
    ...o, challenge: bytes(o.challenge), ...(o.user && { user: { ...o.user, id: bytes(o.user.id) } }),
    excludeCredentials: listed(o.excludeCredentials), allowCredentials: listed(o.allowCredentials),
  });
  const answerOf = (made) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[name]) response[name] = text(made.response[name]);
    }
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
  };
  const works = window.PublicKeyCredential && navigator.credentials;
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    if (!works || button.dataset.origin !== location.origin) continue;
    const form = button.form;
    const part = button.closest("[data-passkey-part]");
    const said = part.querySelector("[data-passkey-failed]");
    const isNew = button.dataset.passkey === "create";
    const instead = isNew ? [] : [...form.elements].filter((f) => f.name === "password" || f.name === "code");
    part.hidden = false;
    button.addEventListener("click", async (event) => {
      event.preventDefault();
      for (const f of instead) f.required = false;
      if (!form.reportValidity()) { for (const f of instead) f.required = true; return; }
      said.hidden = true;
      button.disabled = true;
      try {
        const publicKey = ready(JSON.parse(button.dataset.options));
        const made = await navigator.credentials[isNew ? "create" : "get"]({ publicKey });
        for (const f of instead) f.value = "";
        form.elements.answer.value = answerOf(made);
        if (button.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value }));
        form.submit();
      } catch {
        for (const f of instead) f.required = true;
        said.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
