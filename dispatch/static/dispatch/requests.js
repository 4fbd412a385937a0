/** What she is asked to price: the list, a dialog for what has just come, and what she has looked at. */

import { Arrivals } from "../live/arrivals.js";
import { byId, fill, filled, list, stream, text } from "../live/shell.js";
import { number } from "../live/words.js";
import { Counters } from "./counters.js";
import { openOffer } from "./offer.js";
import { gallery } from "./photos.js";
import { newestFirst, priorityTone, REQUEST, requestWords, tag } from "./words.js";

const SHOWN_OF_PAST = 20;
const UNANSWERED = ["notified", "seen"];

const arrival = byId("arrival");
const counters = new Counters(() => drawOpen(openRequests()));

export function mayAnswer(request) {
  return request.report_status === "pending" && new Date(request.expires_at) > new Date();
}

function isWaiting(request) {
  return UNANSWERED.includes(request.status) && mayAnswer(request);
}

const openRequests = () => stream.objects(REQUEST).filter(isWaiting).toSorted(newestFirst("asked_at"));

export function drawRequests() {
  const open = openRequests();
  counters.follow(open.map((request) => request.report_id));
  drawOpen(open);
  drawPast();
  byId("live-count").textContent = number(open.length);
  byId("live-count").hidden = !open.length;
}

function drawOpen(requests) {
  list(byId("open"), requests, {
    key: (request) => request.report_id,
    make: () => watched(filled("request")),
    update(card, request) {
      const shown = { ...requestWords(request), counters: countersOf(request) };
      if (stream.isPending(REQUEST, request.report_id)) shown.deadline = text("sending");
      fill(card, shown);
      tag(card, priorityTone(request));
      gallery(card.querySelector(".photos"), request.photos);
      card.dataset.status = request.status;
      listen(card, request);
    },
  });
}

function countersOf({ report_id: id }) {
  const figures = counters.of(id);
  return figures ? text("counters", { asked: number(figures.asked), estimates: number(figures.estimates) }) : "";
}

function drawPast() {
  const past = stream.objects(REQUEST).filter((one) => !isWaiting(one) && one.status !== "answered");
  list(byId("earlier"), past.toSorted(newestFirst("asked_at")).slice(0, SHOWN_OF_PAST), {
    key: (request) => request.report_id,
    make: () => filled("past"),
    update(card, request) {
      fill(card, { ...requestWords(request), outcome: text(outcome(request)) });
      card.querySelector("[data-do=estimate]").hidden = !(request.status === "declined" && mayAnswer(request));
      listen(card, request);
    },
  });
}

const OUTCOMES = { in_progress: "assigned", completed: "assigned", cancelled: "cancelled", expired: "expired" };

function outcome({ status, report_status: of }) {
  if (status === "declined") return "declined";
  return OUTCOMES[of] ?? (status === "ceased" ? "ceased" : "expired");
}

function listen(element, request) {
  const deeds = { estimate: () => openOffer(request.report_id), decline: () => decline(request) };
  for (const button of element.querySelectorAll("[data-do]")) {
    button.onclick = () => {
      if (element === arrival) arrival.close();
      deeds[button.dataset.do]?.();
    };
  }
}

function decline(request) {
  const { report_id: key } = request;
  const echo = [{ kind: REQUEST, key, data: { ...request, status: "declined" } }];
  stream.command("dispatch.decline_request", { report_id: key }, { lane: key, echo });
}

new Arrivals(arrival, {
  kind: REQUEST,
  event: "dispatch.estimate_requested",
  keyOf: (request) => request.report_id,
  sentAt: (request) => request.asked_at,
  isOpen: isWaiting,
  fill(request) {
    fill(arrival, requestWords(request));
    tag(arrival, priorityTone(request));
    listen(arrival, request);
    see(request.report_id);
  },
});

// What was on her screen was seen, and the owner's server is told once.

const told = new Set();
const eyes = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) see(target.dataset.key);
}, { threshold: 0.5 });

function watched(card) {
  eyes.observe(card);
  return card;
}

function see(reportId) {
  const request = stream.object(REQUEST, reportId);
  if (request?.status !== "notified" || told.has(reportId) || document.visibilityState !== "visible") return;
  told.add(reportId);
  stream.command("dispatch.see_request", { report_id: reportId }, { lane: reportId });
}

document.addEventListener("visibilitychange", () => {
  for (const card of byId("open").children) {
    eyes.unobserve(card);
    eyes.observe(card);
  }
});
