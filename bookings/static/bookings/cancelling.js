/** A dialog that says what comes back before anything is cancelled. */

import { fill, stream, text } from "../live/shell.js";
import { moment, money, percent } from "../live/words.js";
import { RESERVATION, SUBSCRIPTION } from "./paying.js";
import { dateOf, refundOf, tiersOf } from "./terms.js";

const dialog = document.getElementById("cancelling");
const form = dialog.querySelector("form");
const OFFERS = {
  [RESERVATION]: { command: "bookings.cancel_reservation", key: "reservation_id", name: "service_name" },
  [SUBSCRIPTION]: { command: "bookings.cancel_subscription", key: "subscription_id", name: "plan_name" },
};

let shown = null; // {kind, object}

export function openCancelling(kind, object) {
  shown = { kind, object };
  form.reset();
  const isReservation = kind === RESERVATION;
  fill(dialog, {
    name: object[OFFERS[kind].name],
    when: isReservation ? moment(object.start_at, object.zone) : object.provider_name,
    refund: isReservation ? refundInWords(object) : text("unsubscribe", { day: dateOf(object.expires_at, object.zone) }),
  });
  const tiers = isReservation && object.price ? tiersOf(object) : [];
  document.getElementById("tiers").replaceChildren(
    ...tiers.map(({ until, percent: share }) =>
      Object.assign(document.createElement("li"), {
        textContent: text("tier", { when: moment(until, object.zone), percent: percent(share / 100) }),
      }),
    ),
  );
  dialog.showModal();
}

function refundInWords(reservation) {
  if (reservation.payment_status !== "completed" || !reservation.price) return text("nothing_paid");
  const back = refundOf(reservation);
  if (!back.percent) return text("nothing_back");
  return text("back", {
    refund: money(back.amount, reservation.currency),
    percent: percent(back.percent / 100),
    price: money(reservation.price, reservation.currency),
  });
}

form.onsubmit = () => {
  const { kind, object } = shown;
  const { command, key } = OFFERS[kind];
  const echo = [{ kind, key: object[key], data: { ...object, status: "cancelled", cancelled_by: "user" } }];
  stream.command(command, { [key]: object[key], reason: form.elements.reason.value }, { echo });
};
dialog.querySelector("[data-close]").onclick = () => dialog.close();
