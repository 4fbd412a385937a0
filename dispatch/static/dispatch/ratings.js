import { stream, text } from "../live/shell.js";
import { number } from "../live/words.js";

const STARS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** What others said of a professional. It is not in the view: asked for once, where there is something to decide. */
export class Ratings {
  #words = new Map();

  constructor(changed) {
    this.changed = changed;
  }

  of(professionalId) {
    if (!this.#words.has(professionalId)) this.#ask(professionalId);
    return this.#words.get(professionalId) ?? "";
  }

  async #ask(id) {
    this.#words.set(id, "");
    const { status, body } = await stream.api.get(`/api/dispatch/professionals/${id}`);
    if (status !== 200) return this.#words.delete(id);
    this.#words.set(id, inWords(body));
    this.changed();
  }
}

function inWords({ rating, rating_count: count }) {
  if (!count) return text("unrated");
  return `★ ${text("rated", { stars: number(rating, STARS), count: number(count) })}`;
}
