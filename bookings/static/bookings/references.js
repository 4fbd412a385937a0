/** What customers do, as it comes: the references of the stream, the newest first. What has just come is marked. */

import { fill, filled, list, shows, stream, text } from "../live/shell.js";
import { ago, day, clock } from "../live/words.js";

const RESERVATION = "bookings.reservation_reference";
const SUBSCRIPTION = "bookings.subscription_reference";
const NEW_MS = 30_000;
const SHOWN = 30;
const TONES = { confirmed: "good", completed: "good", active: "good", pending: "warn", cancelled: "bad", no_show: "bad", payment_failed: "bad" };

const news = new Map(); // key of a reference → when it came
let provider = null;
let agenda = null;

export const references = {
  show(chosen, itsAgenda) {
    provider = chosen;
    agenda = itsAgenda;
    draw();
  },
  draw,
};

function draw() {
  if (!provider) return;
  drawList("references", RESERVATION, (one) => one.reservationId, "");
  drawList("subscriptions", SUBSCRIPTION, (one) => one.subscriptionId, "subscription_");
}

function drawList(id, kind, key, prefix) {
  const newest = stream.objects(kind).toSorted((a, b) => touchedAt(b).localeCompare(touchedAt(a)));
  list(document.getElementById(id), newest.slice(0, SHOWN), {
    key,
    make: () => filled("reference"),
    update(item, one) {
      const visit = agenda.visit(key(one));
      fill(item, {
        status: text(prefix + one.status),
        who: visit ? `${visit.name}, ${visit.service_name}` : text("customer", { id: one.userId.slice(-4) }),
        at: visit ? ` · ${day(visit.start_at, provider.zone)} · ${clock(visit.start_at, provider.zone)}` : "",
        id: `…${key(one).slice(-8)}`,
        when: ago(touchedAt(one)),
      });
      item.classList.toggle("is-new", news.has(key(one)));
      item.querySelector(".tag").className = `tag ${TONES[one.status] ?? ""}`;
      item.querySelector("time").dateTime = touchedAt(one);
    },
  });
}

function touchedAt(one) {
  return one.cancelledAt ?? one.confirmedAt ?? one.timestamp;
}

stream.on("event", ({ kind, key }) => {
  if (kind !== RESERVATION && kind !== SUBSCRIPTION) return;
  news.set(key, setTimeout(() => news.delete(key) && draw(), NEW_MS));
});
shows([RESERVATION, SUBSCRIPTION], draw);
setInterval(draw, 30_000);
