/** A calendar of two weeks at a time, and the slots of the day that is chosen, read again every minute. */

import { fill, list, stream, text } from "../live/shell.js";
import { clock, day as shortDay, number } from "../live/words.js";
import { noon, plus, today } from "./days.js";

const WEEK = 7;
const SHOWN = 2 * WEEK;
const MINUTE = 60_000;
const TONES = { available: "good", halfFull: "", almostFull: "warn", full: "bad" };

export class Picker {
  /**
   * @param {HTMLElement} root of bookings/picker.html
   * @param {(slot: object) => void} pick what is chosen
   * @param {(slot: object) => boolean} isMine whether the customer has it already
   */
  constructor(root, { pick, isMine = () => false }) {
    Object.assign(this, { root, pick, isMine });
    this.service = null;
    this.reads = 0;
    this.days = root.querySelector("[role=radiogroup]");
    this.days.addEventListener("keydown", (event) => this.#pressed(event));
    for (const button of root.querySelectorAll("[data-weeks]")) {
      button.onclick = () => {
        this.chosen = null;
        this.#turn(Number(button.dataset.weeks) * SHOWN);
      };
    }
    setInterval(() => document.visibilityState === "visible" && this.read(), MINUTE);
  }

  /** @param {string} [chosen] the day to begin with */
  show(service, zone, chosen = null) {
    this.service = service;
    this.zone = zone;
    this.slots = [];
    this.first = chosen ?? today(zone);
    this.chosen = chosen;
    return this.read();
  }

  /** What is chosen stays. @param {boolean} [isFresh] past what the server keeps for minutes */
  async read({ isFresh = false } = {}) {
    if (!this.service) return;
    const asked = ++this.reads;
    const query = new URLSearchParams({ from: this.first, days: SHOWN, ...(isFresh && { refresh: 1 }) });
    const answer = await stream.api.get(`/api/bookings/services/${this.service.service_id}/slots?${query}`);
    if (asked !== this.reads) return;
    this.root.classList.toggle("is-stale", answer.status !== 200);
    this.#say(answer.status === 200 ? "" : (answer.body?.message ?? text("unavailable")));
    if (answer.status !== 200) return;
    this.slots = answer.body.slots;
    this.chosen ??= this.slots.find((slot) => slot.availableCapacity)?.date ?? this.first;
    this.draw();
  }

  draw() {
    if (!this.service) return;
    const names = Array.from({ length: SHOWN }, (_, place) => plus(this.first, place));
    if (!names.includes(this.chosen)) this.chosen = this.first;
    list(this.days, names, { key: (name) => name, make: (name) => this.#makeDay(name), update: (button, name) => this.#drawDay(button, name) });
    list(this.root.querySelector("[data-slots]"), this.#slotsOf(this.chosen), {
      key: (slot) => slot.startAt,
      make: makeSlot,
      update: (item, slot) => this.#drawSlot(item, slot),
    });
    const [earlier, later] = this.root.querySelectorAll("[data-weeks]");
    earlier.disabled = this.first <= today(this.zone);
    later.disabled = plus(this.first, SHOWN) > this.#last();
    fill(this.root, {
      span: `${shortDay(noon(names[0]), "UTC")} – ${shortDay(noon(names.at(-1)), "UTC")}`,
      day: longDay(this.chosen),
      zone: text("zone", { zone: this.zone.replaceAll("_", " ") }),
    });
  }

  #last() {
    return plus(today(this.zone), this.service.horizon_days);
  }

  #slotsOf(name) {
    return this.slots.filter((slot) => slot.date === name);
  }

  #makeDay(name) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "radio");
    button.append(...["small", "number", "mark"].map((part) => Object.assign(document.createElement("span"), { className: part })));
    button.onclick = () => this.#choose(name);
    return button;
  }

  #drawDay(button, name) {
    const slots = this.#slotsOf(name);
    const count = slots.filter((slot) => slot.availableCapacity).length;
    const state = count ? "free" : slots.length ? "full" : "closed";
    const [weekday, date, mark] = button.children;
    weekday.textContent = format(name, { weekday: "short" });
    date.textContent = format(name, { day: "numeric" });
    mark.textContent = { free: number(count), full: text("full"), closed: "·" }[state];
    button.className = state;
    button.setAttribute("aria-label", text(`day_${state}`, { day: longDay(name), count: number(count) }));
    button.setAttribute("aria-checked", String(name === this.chosen));
    button.tabIndex = name === this.chosen ? 0 : -1;
  }

  #drawSlot(item, slot) {
    const isMine = this.isMine(slot);
    fill(item, {
      time: clock(slot.startAt, this.zone),
      label: isMine ? text("yours") : slot.label,
      seats: text("seats_left", { free: number(slot.availableCapacity), total: number(slot.totalCapacity) }),
    });
    item.querySelector(".tag").className = `tag ${isMine ? "good" : TONES[slot.status]}`;
    item.querySelector("progress").value = slot.capacityPercentage;
    item.querySelector("button").onclick = () => this.pick(slot);
  }

  #pressed(event) {
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const place = Array.from(this.days.children).findIndex((button) => button.dataset.key === this.chosen);
    const steps = { ArrowRight: forward, ArrowLeft: -forward, ArrowDown: WEEK, ArrowUp: -WEEK, Home: -place, End: SHOWN - 1 - place };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#choose(plus(this.chosen, step));
  }

  async #choose(name) {
    if (name < today(this.zone) || name > this.#last()) return;
    this.chosen = name;
    if (name < this.first) await this.#turn(-SHOWN);
    else if (name >= plus(this.first, SHOWN)) await this.#turn(SHOWN);
    else this.draw();
    this.days.querySelector("[aria-checked=true]").focus();
  }

  #turn(days) {
    const first = plus(this.first, days);
    this.first = first < today(this.zone) ? today(this.zone) : first;
    return this.read();
  }

  #say(problem) {
    const place = this.root.querySelector("[data-problem]");
    place.textContent = problem;
    place.hidden = !problem;
  }
}

function makeSlot() {
  return document.getElementById("slot").content.firstElementChild.cloneNode(true);
}

function longDay(name) {
  return format(name, { weekday: "long", day: "numeric", month: "long" });
}

function format(name, options) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { ...options, timeZone: "UTC" }).format(new Date(noon(name)));
}
