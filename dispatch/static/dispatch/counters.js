import { stream } from "../live/shell.js";

const MOST = 40; // boards that one socket watches, and some are needed elsewhere

/** How many were asked about each of some reports, and how many estimates there are, as it goes on. */
export class Counters {
  #followed = new Map(); // report id → function that ends it
  #figures = new Map();

  constructor(changed) {
    this.changed = changed;
  }

  follow(reportIds) {
    const wanted = new Set(reportIds.slice(0, MOST));
    for (const [id, end] of this.#followed) if (!wanted.has(id)) this.#forget(id, end);
    for (const id of wanted) if (!this.#followed.has(id)) this.#watch(id);
  }

  /** @returns {{asked: number, estimates: number, isActive: boolean, isStale: boolean} | undefined} */
  of(reportId) {
    return this.#figures.get(reportId);
  }

  #watch(id) {
    this.#followed.set(id, () => {});
    const show = ({ data, isStale }) => data && this.#learn(id, data, isStale);
    this.#followed.set(id, stream.watch(`dispatch.distribution:${id}`, show));
  }

  #learn(id, data, isStale) {
    const figures = { asked: data.professionalsNotified, estimates: data.estimatesSubmitted, isActive: data.isActive };
    this.#figures.set(id, { ...figures, isStale });
    this.changed(id);
  }

  #forget(id, end) {
    end();
    this.#followed.delete(id);
    this.#figures.delete(id);
  }
}
