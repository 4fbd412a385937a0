/** Which days the figures are of. The last seven are live; others are asked for by REST, again when something changes. */

import { stream, text } from "../live/shell.js";
import { clock, day } from "../live/words.js";

const LIVE = "7d";
const PATIENCE_MS = 2_000; // between two readings
const TTL_S = 2; // other processes than the server change things, too

export class Range {
  #live = new Map(); // board → its data of the last seven days
  #waiting = null; // a timer
  #asked = 0;

  /** @param {{boards: string[], show: (board: string, data: object) => void}} about */
  constructor(form, { boards, show }) {
    Object.assign(this, { form, boards, show });
    form.onsubmit = (event) => event.preventDefault();
    form.onchange = () => this.#choose();
  }

  get #isLive() {
    return this.form.elements.range.value === LIVE;
  }

  /** A board has changed: so may have what is shown of other days. */
  changed(board, data) {
    this.#live.set(board, data);
    if (this.#isLive) this.#present(board, data, null);
    else this.#waiting ??= setTimeout(() => this.#read(), PATIENCE_MS);
  }

  #choose() {
    const { range, since, until } = this.form.elements;
    for (const part of this.form.querySelectorAll("[data-between]")) part.hidden = range.value !== "";
    since.max = until.value;
    until.min = since.value;
    if (this.#isLive) return this.#live.forEach((data, board) => this.#present(board, data, null));
    if (range.value || since.value) this.#read();
  }

  async #read() {
    clearTimeout(this.#waiting);
    this.#waiting = null;
    if (this.#isLive) return;
    const asked = ++this.#asked;
    const query = new URLSearchParams({ ...this.#query(), ttl: TTL_S });
    const paths = this.boards.map((board) => `/api/fleet/boards/${board.replace("fleet.", "")}?${query}`);
    const answers = await Promise.all(paths.map((path) => stream.api.get(path)));
    if (asked !== this.#asked || this.#isLive) return;
    const refused = answers.find(({ status }) => status !== 200);
    this.#say(refused ? [refused.body?.message ?? text("unavailable"), ...Object.values(refused.body?.details ?? {}).flat()].join(" ") : "");
    if (refused) return;
    answers.forEach(({ body }, place) => this.#present(this.boards[place], body, new Date()));
  }

  #query() {
    const { range, since, until } = this.form.elements;
    if (range.value) return { range: range.value };
    return { since: since.value, ...(until.value && { until: until.value }) };
  }

  #present(board, data, readAt) {
    const { first, last } = data.days;
    const span = text("span", { first: ofDay(first), last: ofDay(last) });
    const words = [first === last ? ofDay(first) : span, readAt && text("as_of", { time: clock(readAt) })].filter(Boolean).join(" · ");
    const shown = document.getElementById("span");
    if (shown.textContent !== words) shown.textContent = words;
    this.show(board, data);
  }

  #say(problem) {
    const place = document.getElementById("problem");
    place.textContent = problem;
    place.hidden = !problem;
  }
}

export function ofDay(date) {
  return day(`${date}T12:00:00Z`, "UTC");
}
