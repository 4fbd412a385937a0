/** What forms in dialogs share: values in, errors of the server beside the fields, and the button that closes. */

export class FormDialog {
  constructor(dialog, sent) {
    this.dialog = dialog;
    this.form = dialog.querySelector("form");
    this.problem = dialog.querySelector("[role=alert]");
    dialog.querySelector("[data-close]").onclick = () => dialog.close();
    this.form.onsubmit = (event) => {
      event.preventDefault();
      sent();
    };
  }

  open(values = {}) {
    this.form.reset();
    for (const [name, value] of Object.entries(values)) {
      if (this.form.elements[name]) this.form.elements[name].value = value ?? "";
    }
    this.complain("");
    this.forgive();
    if (!this.dialog.open) this.dialog.showModal();
  }

  close() {
    this.dialog.close();
  }

  complain(words) {
    this.problem.textContent = words;
    this.problem.hidden = !words;
  }

  /** @param {Record<string, string[]>} details of a refusal: fields, and what is wrong with each */
  blame(details = {}) {
    for (const [name, why] of Object.entries(details)) {
      const field = this.form.elements[name];
      if (!field?.setAttribute || !Array.isArray(why)) continue;
      field.classList.add("wrong");
      field.setAttribute("aria-invalid", "true");
      const line = document.createElement("span");
      line.className = "why";
      line.textContent = why.join(" ");
      field.after(line);
    }
    this.form.querySelector("[aria-invalid]")?.focus();
  }

  forgive() {
    for (const line of this.form.querySelectorAll(".why")) line.remove();
    for (const field of this.form.querySelectorAll("[aria-invalid]")) {
      field.classList.remove("wrong");
      field.removeAttribute("aria-invalid");
    }
  }
}
