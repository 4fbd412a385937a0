/** Who comes: today and tomorrow from the board, any other day by REST. */

import { fill, filled, list, stream, text } from "../live/shell.js";
import { clock, day, number } from "../live/words.js";
import { noon, plus, today } from "./days.js";

const REFERENCE = "bookings.reservation_reference";
const ECHOED = { "bookings.complete_reservation": "completed", "bookings.mark_no_show": "no_show" };
const TONES = { confirmed: "", pending: "warn", completed: "good", no_show: "bad" };

export class Agenda {
  /** @param {() => void} drawn called when more is known of who comes */
  constructor(root, { drawn }) {
    this.root = root;
    this.drawn = drawn;
    this.visits = new Map(); // reservation id → what is known of it
    this.input = root.querySelector("#day");
    this.input.onchange = () => this.#read();
    stream.on("event", ({ kind }) => kind === REFERENCE && this.#read());
  }

  show(provider) {
    this.provider = provider;
    this.visits.clear();
    this.board = null;
    this.other = null;
    this.input.value = today(provider.zone);
    this.#draw();
  }

  /** The visit of a reference, if it is one that was shown. */
  visit(reservationId) {
    return this.visits.get(reservationId);
  }

  showBoard({ data, error, isStale }) {
    this.root.classList.toggle("is-stale", isStale);
    if (error && !data) fill(this.root, { truncated: text("unavailable") });
    if (!data) return;
    this.board = data;
    this.#draw();
  }

  get #days() {
    const first = today(this.provider.zone);
    const chosen = this.input.value || first;
    return chosen === first || chosen === plus(first, 1) ? [first, plus(first, 1)] : [chosen];
  }

  async #read() {
    const [chosen, isBoards] = this.#days;
    if (isBoards || !this.provider) return this.provider && this.#draw();
    const { provider_id: id } = this.provider;
    const answer = await stream.api.get(`/api/bookings/providers/${id}/agenda?date=${chosen}&page_size=100`);
    if (chosen !== this.#days[0]) return;
    this.other = answer.status === 200 ? { date: chosen, ...answer.body } : null;
    this.#draw();
    if (!this.other) fill(this.root, { truncated: answer.body?.message ?? text("unavailable") });
  }

  #draw() {
    const days = this.#days;
    const isBoards = days.length > 1;
    const all = isBoards ? (this.board?.reservations ?? []) : this.other?.date === days[0] ? this.other.results : [];
    for (const visit of all) this.visits.set(visit.reservation_id, visit);
    list(this.root.querySelector("#days"), days, {
      key: (name) => name,
      make: () => filled("day-of-agenda"),
      update: (section, name) => this.#drawDay(section, name, all),
    });
    const isTruncated = isBoards && this.board && this.board.total > all.length;
    fill(this.root, { truncated: isTruncated ? text("shown_of", { count: number(all.length), total: number(this.board.total) }) : "" });
    this.drawn();
  }

  #drawDay(section, name, all) {
    const { zone } = this.provider;
    const first = today(zone);
    const near = { [first]: text("today"), [plus(first, 1)]: text("tomorrow") }[name];
    fill(section, { day: [near, day(noon(name), "UTC")].filter(Boolean).join(", ") });
    const visits = all.filter((visit) => today(zone, new Date(visit.start_at)) === name);
    list(section.querySelector("ul"), visits, {
      key: (visit) => visit.reservation_id,
      make: () => filled("visit"),
      update: (item, visit) => this.#drawVisit(item, visit),
    });
  }

  #drawVisit(item, visit) {
    const { zone } = this.provider;
    const status = stream.object(REFERENCE, visit.reservation_id)?.status ?? visit.status;
    const now = stream.now();
    fill(item, {
      hours: `${clock(visit.start_at, zone)} – ${clock(visit.end_at, zone)}`,
      name: visit.name,
      service: visit.service_name,
      seats: visit.seats === 1 ? text("a_seat") : text("seats", { count: number(visit.seats) }),
      paid: text(`payment_${visit.payment_status}`),
      status: text(status),
    });
    item.classList.toggle("is-over", Date.parse(visit.end_at) < now);
    item.classList.toggle("is-pending", stream.isPending(REFERENCE, visit.reservation_id));
    item.querySelector(".tag").className = `tag ${TONES[status] ?? ""}`;
    item.querySelector("[data-actions]").hidden = Date.parse(visit.start_at) > now || !["confirmed", "completed", "no_show"].includes(status);
    for (const button of item.querySelectorAll("[data-command]")) {
      button.hidden = ECHOED[button.dataset.command] === status;
      button.onclick = () => this.#end(button.dataset.command, visit);
    }
  }

  async #end(command, { reservation_id: id }) {
    const reference = stream.object(REFERENCE, id);
    const echo = reference ? [{ kind: REFERENCE, key: id, data: { ...reference, status: ECHOED[command] } }] : [];
    const answer = stream.command(command, { reservation_id: id }, { echo, lane: id });
    this.#draw();
    await answer;
    this.#read();
  }
}
