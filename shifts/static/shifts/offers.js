/** Offers of shifts: a dialog for what is new, lists for the rest. Whoever accepts first has the shift. */

import { Arrivals } from "../live/arrivals.js";
import { chime, fill, filled, list, shows, stream, text, toast } from "../live/shell.js";
import { ago, clock, day } from "../live/words.js";

const KIND = "shifts.offer";
const TONES = { accepted: "good", pending: "warn" };
const ENDINGS = { accepted: ["won", "good"], taken: ["lost", "bad"], withdrawn: ["gone", ""], expired: ["gone", ""] };
const ECHOED = { "shifts.accept_offer": "accepted", "shifts.reject_offer": "rejected", "shifts.drop_shift": "dropped" };

const dialog = document.getElementById("dialog");

new Arrivals(dialog, {
  kind: KIND,
  event: "shifts.shift_offered",
  keyOf: (offer) => offer.shift_id,
  sentAt: (offer) => offer.sent_at,
  isOpen: (offer) => offer.status === "pending",
  fill(offer) {
    fill(dialog, words(offer));
    listen(dialog, offer);
  },
});

shows([KIND], () => {
  const offers = stream.objects(KIND).toSorted((a, b) => a.start_at.localeCompare(b.start_at));
  const now = new Date().toISOString();
  const isComing = (offer) => offer.status === "accepted" && offer.end_at > now;
  draw("pending", offers.filter((offer) => offer.status === "pending"));
  draw("coming", offers.filter(isComing));
  draw("past", offers.filter((offer) => offer.status !== "pending" && !isComing(offer)).toReversed());
});

stream.on("event", ({ event, data }) => {
  if (event === "shifts.shift_offered") chime();
  const ending = data && event.startsWith("shifts.") && ENDINGS[data.status];
  if (ending) toast(text(ending[0], { place: data.location_name, day: words(data).day }), ending[1]);
});

function draw(id, offers) {
  list(document.getElementById(id), offers, {
    key: (offer) => offer.shift_id,
    make: () => filled("offer"),
    update(card, offer) {
      const isPending = stream.isPending(KIND, offer.shift_id);
      fill(card, { ...words(offer), status: text(isPending ? "sending" : offer.status) });
      card.classList.toggle("is-pending", isPending);
      card.querySelector(".tag").className = `tag ${TONES[offer.status] ?? ""}`;
      card.querySelector("[data-actions]").hidden = offer.status !== "pending";
      card.querySelector("[data-drop]").hidden = id !== "coming" || isPending;
      listen(card, offer);
    },
  });
}

function listen(element, offer) {
  for (const button of element.querySelectorAll("[data-command]")) {
    button.onclick = () => answer(button.dataset.command, offer);
  }
}

function answer(command, offer) {
  stream.command(
    command,
    { shift_id: offer.shift_id },
    {
      lane: KIND,
      expiresAt: command === "shifts.accept_offer" ? new Date(offer.expires_at) : undefined,
      echo: [{ kind: KIND, key: offer.shift_id, data: { ...offer, status: ECHOED[command] } }],
    },
  );
}

function words(offer) {
  return {
    place: offer.location_name,
    client: offer.client_name,
    service: offer.service_type,
    day: day(offer.start_at, offer.zone),
    hours: `${clock(offer.start_at, offer.zone)} – ${clock(offer.end_at, offer.zone)}`,
    deadline: offer.status === "pending" ? text("answer_by", { when: ago(offer.expires_at) }) : "",
  };
}
