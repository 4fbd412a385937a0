/** A question that is answered with yes or no, in the dialog of templates/live/confirm.html. */
import { fill } from "./shell.js";

const dialog = document.getElementById("confirm");

/** @returns {Promise<boolean>} */
export function confirmed({ title, words, yes }) {
  fill(dialog, { title, words, yes });
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}
