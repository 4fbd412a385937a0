import { stream } from "./shell.js";

const { user } = document.body.dataset;

/**
 * A dialog for what waits for an answer, about one object at a time. Each that arrives while the page is open is asked
 * about; when the page is opened only the one sent last, if this browser has not shown it. It closes by itself when
 * there is nothing left to answer, and waits while another dialog is open.
 */
export class Arrivals {
  #waiting = []; // keys, the next one first
  #shown = null; // key
  #isOpened = false;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {object} about
   * @param {string} about.kind
   * @param {string} about.event that brings one
   * @param {(object: any) => string} about.keyOf
   * @param {(object: any) => string} about.sentAt an instant, as the server writes it
   * @param {(object: any) => boolean} about.isOpen may it be answered?
   * @param {(object: any) => void} about.fill puts its words and actions into the dialog
   */
  constructor(dialog, about) {
    this.dialog = dialog;
    Object.assign(this, about);
    this.memory = `shown:${this.kind}:${user}`;
    stream.on("event", ({ event, key }) => event === this.event && this.#isOpened && this.#waiting.push(key));
    stream.on("state", ({ state }) => state === "live" && this.#open());
    stream.on("view", () => this.#look());
    document.addEventListener("close", ({ target }) => this.#closed(target), true);
  }

  #open() {
    if (this.#isOpened) return;
    this.#isOpened = true;
    const newest = stream
      .objects(this.kind)
      .filter(this.isOpen)
      .reduce((last, one) => (last && this.sentAt(last) >= this.sentAt(one) ? last : one), null);
    if (newest && this.#isNew(newest)) this.#waiting.push(this.keyOf(newest));
    this.#look();
  }

  #isNew(object) {
    return this.sentAt(object) > (localStorage.getItem(this.memory) ?? "");
  }

  #closed(dialog) {
    if (dialog === this.dialog) this.#shown = null;
    this.#look();
  }

  #look() {
    if (this.#shown !== null) return this.#refresh();
    if (document.querySelector("dialog[open]")) return;
    while (this.#waiting.length && this.#shown === null) this.#show(String(this.#waiting.shift()));
  }

  #refresh() {
    const object = stream.object(this.kind, this.#shown);
    if (object && this.isOpen(object)) this.fill(object);
    else this.dialog.close();
  }

  #show(key) {
    const object = stream.object(this.kind, key);
    if (!object || !this.isOpen(object)) return;
    this.#shown = key;
    if (this.#isNew(object)) localStorage.setItem(this.memory, this.sentAt(object));
    this.fill(object);
    this.dialog.showModal();
  }
}
