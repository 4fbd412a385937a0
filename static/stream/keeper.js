import { View } from "./view.js";

/** What this device knows: the view, and the position up to which it is right. They are stored together. */
export class Keeper {
  #unsaved = [];
  #timer = null;

  /**
   * @param {(offset: number) => void} saved is told when all up to there is stored
   * @param {() => void} parted is told when the store holds something else, as after its site's data were deleted
   */
  constructor(timing, saved, parted) {
    this.timing = timing;
    this.saved = saved;
    this.parted = parted;
    this.view = new View();
    this.position = null;
    this.stored = null; // the offset up to which all is stored
  }

  /** @returns {Set<string>} the kinds to draw */
  open(store, { position, objects }) {
    this.store = store;
    this.position = position;
    this.stored = position?.offset ?? null;
    return this.view.replace(objects);
  }

  /** What comes next is applied. A repeat is not, and nothing ever is that skips an offset. */
  isNext({ offset }) {
    return offset === this.position.offset + 1;
  }

  isKnown({ offset }) {
    return offset <= this.position.offset;
  }

  apply(event) {
    this.position = { epoch: this.position.epoch, offset: event.offset };
    this.view.apply(event);
    this.#unsaved.push(event);
    if (this.#unsaved.length >= this.timing.events_per_ack) this.save();
    else this.#timer ??= setTimeout(() => this.save(), this.timing.ack);
  }

  /** @returns {Promise<Set<string>>} the kinds to draw */
  async replace(view, position) {
    const [epoch, offset] = position.split(":");
    this.#unsaved = [];
    this.position = { epoch, offset: Number(offset) };
    const kinds = this.view.replace(view);
    await this.store.saveView(view, this.position);
    this.stored = this.position.offset;
    return kinds;
  }

  /** Stored first, then acknowledged. */
  async save() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#unsaved.splice(0);
    if (!events.length) return;
    if (!(await this.store.saveEvents(events, this.position.epoch))) {
      this.forget();
      return this.parted();
    }
    this.stored = events.at(-1).offset;
    this.saved(this.stored);
  }

  /** The position is good for nothing any more: a fresh view is to replace it. */
  forget() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#unsaved = [];
    this.position = null;
  }
}
