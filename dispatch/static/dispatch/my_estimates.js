/** Her estimates: the jobs she got, what waits for an owner, and what was decided. */

import { confirmed } from "../live/confirm.js";
import { fill, filled, list, stream, text } from "../live/shell.js";
import { ago, money, number } from "../live/words.js";
import { openOffer } from "./offer.js";
import { gallery } from "./photos.js";
import { mayAnswer } from "./requests.js";
import {
  depositWords,
  ESTIMATE,
  leadWords,
  newestFirst,
  outcomeTone,
  outcomeWords,
  reportWords,
  REQUEST,
  tag,
} from "./words.js";

const SHOWN_OF_DECIDED = 20;
const { user } = document.body.dataset;

export function myEstimates() {
  const mine = stream.objects(ESTIMATE).filter((estimate) => estimate.professional_id === user);
  return mine.toSorted(newestFirst("submitted_at"));
}

export function drawEstimates() {
  const all = myEstimates();
  const isWorking = (one) => one.status === "accepted" && requestOf(one)?.report_status === "in_progress";
  const decided = all.filter((one) => one.status !== "pending" && !isWorking(one));
  draw("working", all.filter(isWorking));
  draw("sent", all.filter((one) => one.status === "pending"));
  draw("decided", decided.slice(0, SHOWN_OF_DECIDED));
}

function requestOf({ report_id: id }) {
  return stream.object(REQUEST, id);
}

function draw(id, estimates) {
  list(document.getElementById(id), estimates, {
    key: (estimate) => estimate.estimate_id,
    make: () => filled("estimate"),
    update: (card, estimate) => update(card, estimate, requestOf(estimate), id === "working"),
  });
}

function update(card, estimate, request, isWorking) {
  const isPending = stream.isPending(ESTIMATE, estimate.estimate_id);
  fill(card, { ...words(estimate, request), status: isPending ? text("sending") : outcomeWords(estimate) });
  tag(card, outcomeTone(estimate));
  card.classList.toggle("is-pending", isPending);
  gallery(card.querySelector(".photos"), estimate.photos);
  const shown = {
    "[data-changed]": isOutdated(estimate, request),
    "[data-deposit]": estimate.deposit,
    "[data-job]": isWorking && request.job,
    "[data-report]": request,
    "[data-do=withdraw]": estimate.status === "pending" && !isPending,
    "[data-do=give_back]": isWorking && !isPending,
    "[data-do=again]": estimate.status === "withdrawn" && request?.status === "seen" && mayAnswer(request),
  };
  for (const [selector, isShown] of Object.entries(shown)) {
    card.querySelectorAll(selector).forEach((element) => (element.hidden = !isShown));
  }
  if (isWorking && request.job) showPlace(card.querySelector("[data-job]"), request.job);
  const deeds = { withdraw, give_back: giveBack, again };
  for (const button of card.querySelectorAll("[data-do]")) button.onclick = () => deeds[button.dataset.do](estimate);
}

/** Closing a report counts as a change of it, too, but there is nothing left to look at. */
function isOutdated(estimate, request) {
  if (estimate.status !== "pending" || request?.report_status !== "pending") return false;
  return request.generation > estimate.generation;
}

function words(estimate, request) {
  return {
    vehicle: estimate.vehicle,
    cost: money(estimate.cost, estimate.currency),
    lead: leadWords(estimate),
    sent: ago(estimate.submitted_at),
    description: estimate.description,
    deposit: depositWords(estimate.deposit),
    ...(request && { damage: request.description, deadline: reportWords(request).deadline }),
  };
}

function showPlace(element, { latitude, longitude, address, notes }) {
  const degrees = (value) => number(value, { maximumFractionDigits: 5 });
  fill(element, { address, notes, place: `${degrees(latitude)}, ${degrees(longitude)}` });
  const at = `mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  element.querySelector("a").href = `https://www.openstreetmap.org/?${at}`;
}

async function withdraw(estimate) {
  if (await sure("withdraw", estimate)) become(estimate, "dispatch.withdraw_estimate");
}

async function giveBack(estimate) {
  if (await sure("give_back", estimate)) become(estimate, "dispatch.give_job_back");
}

function sure(deed, estimate) {
  return confirmed({ title: text(`${deed}_title`), words: text(`${deed}_words`, estimate), yes: text("yes") });
}

function become(estimate, command) {
  const { estimate_id: key, report_id: lane } = estimate;
  stream.command(
    command,
    { estimate_id: key },
    { lane, echo: [{ kind: ESTIMATE, key, data: { ...estimate, status: "withdrawn" } }] },
  );
}

/** With the words of the last one, to be changed. */
function again(estimate) {
  const { lead_time_days, description } = estimate;
  openOffer(estimate.report_id, { lead_time_days, description });
}
