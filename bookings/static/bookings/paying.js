/** A dialog that leads to what is confirmed: with the time that is left, by card, at the desk, or by a word. */

import { fill, shows, stream, text } from "../live/shell.js";
import { moment, money, number } from "../live/words.js";
import { now, post, providerPage } from "./rest.js";

export const RESERVATION = "bookings.reservation";
export const SUBSCRIPTION = "bookings.subscription";

const PATHS = { [RESERVATION]: "reservations", [SUBSCRIPTION]: "subscriptions" };
const DONE = { confirmed: "done_reservation", active: "done_subscription" };
const dialog = document.getElementById("paying");
const cardPage = dialog.dataset.cardPage;

let shown = null; // {kind, key, service, takesCash}
let payment = null; // that waits for a card

export async function openPaying(kind, key) {
  const object = stream.object(kind, key);
  payment = null;
  shown = { kind, key, service: null, takesCash: false };
  say("");
  draw();
  if (!dialog.open) dialog.showModal();
  const page = object && (await providerPage(object.provider_id));
  if (!page || shown?.key !== key) return;
  shown.service = page.services.find((service) => service.service_id === object.service_id) ?? null;
  shown.takesCash = page.accepts_cash && kind === RESERVATION;
  draw();
}

export function timeLeft(reservation) {
  const seconds = Math.max(0, Math.floor((new Date(reservation.hold_expires_at) - now()) / 1000));
  const two = (value) => number(value, { minimumIntegerDigits: 2 });
  return { seconds, words: `${number(Math.floor(seconds / 60))}:${two(seconds % 60)}` };
}

export function seatsIn(count) {
  return count === 1 ? text("a_seat") : text("seats", { count: number(count) });
}

function draw() {
  const object = shown && stream.object(shown.kind, shown.key);
  if (!object) return;
  const isReservation = shown.kind === RESERVATION;
  const isFree = isReservation && (!object.price || shown.service?.requires_payment === false);
  const step = stepOf(object, isFree);
  fill(dialog, {
    title: text(step === "confirm" ? "confirm_seat" : "pay_to_confirm"),
    name: isReservation ? object.service_name : object.plan_name,
    provider: object.provider_name,
    when: isReservation ? moment(object.start_at, object.zone) : "",
    seats: isReservation ? seatsIn(object.seats) : "",
    price: object.price ? money(object.price, object.currency) : text("free"),
    left: isReservation && object.hold_expires_at ? text("left", { time: timeLeft(object).words }) : "",
    outcome: DONE[object.status] ? text(DONE[object.status]) : text(object.status === "pending" ? "hold_over" : "over"),
  });
  for (const part of dialog.querySelectorAll("[data-step], [data-of]")) {
    const { step: steps, of = shown.kind } = part.dataset;
    part.hidden = of !== shown.kind || (steps !== undefined && !steps.split(" ").includes(step));
  }
  dialog.querySelector("[data-cash]").hidden = step !== "pay" || !shown.takesCash;
  dialog.querySelector("[data-card]").hidden = step !== "pay" || !cardPage;
  dialog.querySelector("[data-no-way]").hidden = step !== "pay" || Boolean(cardPage) || shown.takesCash;
}

function stepOf(object, isFree) {
  if (DONE[object.status]) return "done";
  if (object.hold_expires_at && object.status === "pending" && !timeLeft(object).seconds) return "over";
  if (!["pending", "payment_failed"].includes(object.status)) return "over";
  if (payment) return "card";
  return isFree ? "confirm" : "pay";
}

async function pay(gateway) {
  say("");
  const answer = await post(`/api/bookings/${PATHS[shown.kind]}/${shown.key}/pay`, { gateway });
  if (answer.status !== 200) return say(answer.body?.message ?? text("unavailable"));
  if (answer.body.gateway === "cash") return;
  const intent = await post(`/api/payments/${answer.body.id}/intent`);
  if (intent.status !== 200) return say(intent.body?.message ?? text("unavailable"));
  payment = intent.body;
  const link = dialog.querySelector("[data-link]");
  link.href = `${cardPage}#payment_intent_client_secret=${encodeURIComponent(payment.client_secret)}`;
  draw();
  link.focus();
}

/** Who comes back from the gateway does not wait for its call. */
async function look({ isAsked }) {
  if (!payment || !dialog.open) return;
  const answer = await stream.api.post(`/api/payments/${payment.payment_id}/refresh`);
  if (!isAsked) return;
  if (answer.status !== 200) return say(answer.body?.message ?? text("unavailable"));
  say(answer.body.status === "succeeded" ? "" : text("not_arrived"));
}

function say(problem) {
  const place = dialog.querySelector("[data-problem]");
  place.textContent = problem;
  place.hidden = !problem;
}

const acts = {
  card: () => pay("stripe"),
  cash: () => pay("cash"),
  look: () => look({ isAsked: true }),
  confirm: () => stream.command("bookings.confirm_reservation", { reservation_id: shown.key }),
  drop: () => {
    stream.command("bookings.cancel_reservation", { reservation_id: shown.key, reason: "" });
    dialog.close();
  },
  close: () => dialog.close(),
};
for (const button of dialog.querySelectorAll("[data-act]")) button.onclick = acts[button.dataset.act];
dialog.addEventListener("close", () => (shown = null));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look({ isAsked: false }));
shows([RESERVATION, SUBSCRIPTION], draw);
setInterval(() => dialog.open && draw(), 1_000);
