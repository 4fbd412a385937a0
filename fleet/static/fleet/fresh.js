/** What has just changed on a board, for some seconds. */

const NEW_MS = 6_000;

/** Those of a board that have a key each, `vehicle:<id>` say. */
export function members(data, name) {
  return Object.entries(data).flatMap(([key, value]) => (key.startsWith(`${name}:`) ? [value] : []));
}

export class Fresh {
  #known = null; // id → what it was
  #until = new Map(); // id → a timer

  /**
   * @param {(one: any) => string} version what differs once it has changed
   * @param {() => void} over called when something is no longer new
   */
  constructor(version, over) {
    Object.assign(this, { version, over });
  }

  look(all) {
    const former = this.#known;
    this.#known = new Map(all.map((one) => [one.id, this.version(one)]));
    if (!former) return;
    for (const [id, version] of this.#known) if (former.get(id) !== version) this.#note(id);
  }

  has(id) {
    return this.#until.has(id);
  }

  #note(id) {
    clearTimeout(this.#until.get(id));
    const timer = setTimeout(() => {
      this.#until.delete(id);
      this.over();
    }, NEW_MS);
    this.#until.set(id, timer);
  }
}
