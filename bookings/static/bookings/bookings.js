/** What a customer has booked: coming and earlier, the waitlist, memberships. */

import { byId, chime, fill, filled, list, shows, stream, text, toast } from "../live/shell.js";
import { moment, money } from "../live/words.js";
import { openCancelling } from "./cancelling.js";
import { openMoving } from "./moving.js";
import { openPaying, RESERVATION, seatsIn, SUBSCRIPTION, timeLeft } from "./paying.js";
import { now } from "./rest.js";
import { dateOf, perPeriod } from "./terms.js";

const ENTRY = "bookings.waitlist_entry";
const EARLIER = 24;
const TONES = { confirmed: "good", completed: "good", active: "good", pending: "warn", payment_failed: "bad", no_show: "bad" };

const isHeld = (one) => one.status === "pending" && timeLeft(one).seconds > 0;
const isComing = (one) => one.status === "sending" || isHeld(one) || (one.status === "confirmed" && new Date(one.end_at) > now());

function drawReservations() {
  const all = stream.objects(RESERVATION).toSorted((a, b) => a.start_at.localeCompare(b.start_at));
  drawList("coming", all.filter(isComing));
  drawList("earlier", all.filter((one) => !isComing(one)).toReversed().slice(0, EARLIER));
}

function drawList(id, reservations) {
  list(byId(id), reservations, { key: (one) => one.reservation_id, make: () => filled("reservation"), update: drawReservation });
}

function drawReservation(card, one) {
  const isPending = stream.isPending(RESERVATION, one.reservation_id);
  const status = one.status === "pending" && !isHeld(one) ? "expired" : one.status;
  fill(card, {
    name: one.service_name,
    provider: one.provider_name,
    when: moment(one.start_at, one.zone),
    seats: seatsIn(one.seats),
    price: one.price ? money(one.price, one.currency) : text("free"),
    paid: one.price && one.status !== "pending" ? `, ${text(`payment_${one.payment_status}`)}` : "",
    status: isPending ? text("sending") : text(status),
    more: more(one),
  });
  card.classList.toggle("is-pending", isPending);
  card.querySelector(".tag").className = `tag ${TONES[status] ?? ""}`;
  const canChange = !isPending && new Date(one.start_at) > now();
  const acts = {
    pay: [canChange && isHeld(one), () => openPaying(RESERVATION, one.reservation_id)],
    move: [canChange && one.status === "confirmed", () => openMoving(one)],
    cancel: [canChange && isComing(one), () => openCancelling(RESERVATION, one)],
  };
  wire(card, acts);
  card.querySelector("[data-actions]").hidden = !Object.values(acts).some(([isThere]) => isThere);
}

function more(one) {
  if (isHeld(one)) return text("left", { time: timeLeft(one).words });
  if (one.status !== "cancelled") return "";
  return [text(`by_${one.cancelled_by || "system"}`), one.cancelled_because].filter(Boolean).join(": ");
}

function drawWaitlist() {
  const entries = stream.objects(ENTRY).filter((one) => ["waiting", "offered"].includes(one.status) && new Date(one.start_at) > now());
  list(byId("waitlist"), entries.toSorted((a, b) => a.start_at.localeCompare(b.start_at)), {
    key: (one) => one.entry_id,
    make: () => filled("entry"),
    update(card, one) {
      const reservation = one.reservation_id && stream.object(RESERVATION, one.reservation_id);
      const isOffered = one.status === "offered";
      fill(card, {
        name: one.service_name,
        provider: one.provider_name,
        when: moment(one.start_at, one.zone),
        seats: seatsIn(one.seats),
        status: text(`is_${one.status}`),
        more: isOffered && reservation ? text("answer_by", { when: moment(reservation.hold_expires_at, one.zone) }) : "",
      });
      card.querySelector(".tag").className = `tag ${isOffered ? "good" : ""}`;
      wire(card, {
        take: [isOffered, () => openPaying(RESERVATION, one.reservation_id)],
        leave: [!stream.isPending(ENTRY, one.entry_id), () => leave(one)],
      });
    },
  });
}

function leave(entry) {
  const echo = [{ kind: ENTRY, key: entry.entry_id, data: { ...entry, status: "left" } }];
  stream.command("bookings.leave_waitlist", { entry_id: entry.entry_id }, { echo });
}

function drawSubscriptions() {
  const all = stream.objects(SUBSCRIPTION).toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  list(byId("subscriptions"), all, {
    key: (one) => one.subscription_id,
    make: () => filled("subscription"),
    update(card, one) {
      fill(card, {
        name: one.plan_name,
        provider: one.provider_name,
        price: perPeriod(one, one.currency),
        status: text(`subscription_${one.status}`),
        until: until(one),
      });
      card.querySelector(".tag").className = `tag ${TONES[one.status] ?? ""}`;
      const isLive = ["pending", "active", "payment_failed"].includes(one.status);
      wire(card, {
        pay: [isLive && one.status !== "active", () => openPaying(SUBSCRIPTION, one.subscription_id)],
        cancel: [isLive, () => openCancelling(SUBSCRIPTION, one)],
      });
    },
  });
}

function until({ status, renews, expires_at: at, zone }) {
  if (status === "pending") return text("pay_by", { when: moment(at, zone) });
  if (status === "expired" || new Date(at) < now()) return text("ended", { day: dateOf(at, zone) });
  return text(renews && status === "active" ? "renews" : "ends", { day: dateOf(at, zone) });
}

/** @param {Object<string, [boolean, () => void]>} acts by name: whether there, and what then */
function wire(card, acts) {
  for (const [name, [isThere, act]] of Object.entries(acts)) {
    const button = card.querySelector(`[data-act=${name}]`);
    button.hidden = !isThere;
    button.onclick = act;
  }
}

stream.on("event", ({ event, data }) => {
  if (event !== "bookings.waitlist_offered" || !data) return;
  chime();
  toast(text("offered_toast", { service: data.service_name, when: moment(data.start_at, data.zone) }), "good");
});
shows([RESERVATION], drawReservations);
shows([RESERVATION, ENTRY], drawWaitlist);
shows([SUBSCRIPTION], drawSubscriptions);
setInterval(() => {
  drawReservations();
  drawWaitlist();
}, 1_000);
