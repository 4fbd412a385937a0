/** Estimates side by side: who offers what, accept or decline, and the deposit. */

import { confirmed } from "../live/confirm.js";
import { fill, filled, list, stream, text } from "../live/shell.js";
import { money } from "../live/words.js";
import { pay } from "./deposit.js";
import { gallery } from "./photos.js";
import { depositWords, ESTIMATE, leadWords, outcomeTone, outcomeWords, tag } from "./words.js";

const order = (a, b) => isChosen(b) - isChosen(a) || a.cost - b.cost || a.submitted_at.localeCompare(b.submitted_at);

/** Those that were not withdrawn: the chosen one first, then what costs least. */
export function offersFor({ report_id: id }, isWanted = isStanding) {
  return stream.objects(ESTIMATE).filter((one) => one.report_id === id && isWanted(one)).toSorted(order);
}

function isStanding(estimate) {
  return estimate.status !== "withdrawn";
}

export function isChosen(estimate) {
  return estimate.status === "accepted";
}

export function drawOffers(element, report, offers, ratings) {
  list(element, offers, {
    key: (estimate) => estimate.estimate_id,
    make: () => filled("estimate"),
    update: (card, estimate) => update(card, estimate, report, ratings),
  });
}

function update(card, estimate, report, ratings) {
  const isPending = stream.isPending(ESTIMATE, estimate.estimate_id);
  const isOpen = estimate.status === "pending" && report.report_status === "pending";
  fill(card, {
    by: estimate.professional_name,
    answer: isPending ? text("sending") : outcomeWords(estimate),
    cost: money(estimate.cost, estimate.currency),
    lead: leadWords(estimate),
    offer: estimate.description,
    deposit: depositWords(estimate.deposit),
    rating: isOpen ? ratings.of(estimate.professional_id) : "",
  });
  tag(card, outcomeTone(estimate));
  card.classList.toggle("is-chosen", isChosen(estimate));
  card.classList.toggle("is-pending", isPending);
  gallery(card.querySelector(".photos"), estimate.photos);
  const mayDecide = isOpen && !isPending;
  const isToPay = ["due", "lapsed"].includes(estimate.deposit?.status) && report.report_status === "in_progress";
  const shown = {
    "[data-deposit]": estimate.deposit,
    "[data-do=accept]": mayDecide,
    "[data-do=decline]": mayDecide,
    "[data-do=pay]": isToPay && isChosen(estimate),
  };
  for (const [selector, isShown] of Object.entries(shown)) card.querySelector(selector).hidden = !isShown;
  const deeds = {
    accept: () => accept(estimate, report),
    decline: () => decline(estimate),
    pay: () => pay(estimate),
  };
  card.querySelectorAll("[data-do]").forEach((button) => (button.onclick = deeds[button.dataset.do]));
}

async function accept(estimate, report) {
  const values = {
    professional: estimate.professional_name,
    cost: money(estimate.cost, estimate.currency),
    lead: leadWords(estimate),
  };
  const question = { title: text("accept_title"), words: text("accept_words", values), yes: text("yes") };
  if (!(await confirmed(question))) return;
  decide("dispatch.accept_estimate", estimate, { status: "accepted" }, new Date(report.expires_at));
}

async function decline(estimate) {
  const values = { professional: estimate.professional_name };
  const question = { title: text("decline_title"), words: text("decline_words", values), yes: text("yes") };
  const change = { status: "declined", declined_because: "owner" };
  if (await confirmed(question)) decide("dispatch.decline_estimate", estimate, change);
}

function decide(command, estimate, change, expiresAt) {
  const { estimate_id: key, report_id: lane } = estimate;
  stream.command(
    command,
    { estimate_id: key },
    { lane, expiresAt, echo: [{ kind: ESTIMATE, key, data: { ...estimate, ...change } }] },
  );
}
