/** The owner's page: what he has reported, who was asked, and what they offer. */

import { byId, chime, fill, filled, list, stream, text, toast } from "../live/shell.js";
import { money, number } from "../live/words.js";
import { Counters } from "./counters.js";
import { drawOffers, isChosen, offersFor } from "./deciding.js";
import { gallery } from "./photos.js";
import { Ratings } from "./ratings.js";
import { deeds } from "./report_deeds.js";
import { openReport } from "./report_form.js";
import { ESTIMATE, learnSkills, newestFirst, priorityTone, REPORT, reportWords, tag } from "./words.js";

const SHOWN_OF_EARLIER = 9;
const REDRAWN_MS = 30_000; // so that "in 5 minutes" stays true
const { user } = document.body.dataset;
const counters = new Counters(draw);
const ratings = new Ratings(draw);

stream.on("view", draw);
setInterval(draw, REDRAWN_MS);
learnSkills();
byId("new").onclick = () => openReport();

function draw() {
  const reports = stream.objects(REPORT).toSorted(newestFirst("created_at"));
  const of = (...statuses) => reports.filter((report) => statuses.includes(report.report_status));
  const open = of("pending");
  counters.follow(open.map((report) => report.report_id));
  drawReports("open", open);
  drawReports("working", of("in_progress"));
  drawReports("earlier", of("completed", "cancelled", "expired").slice(0, SHOWN_OF_EARLIER));
}

function drawReports(id, reports) {
  list(byId(id), reports, {
    key: (report) => report.report_id,
    make: () => filled("report"),
    update: (card, report) => update(card, report, offersFor(report, id === "earlier" ? isChosen : undefined)),
  });
}

function update(card, report, offers) {
  const { report_id: id, report_status: status } = report;
  const isOpen = status === "pending";
  const isPending = stream.isPending(REPORT, id);
  const figures = counters.of(id);
  fill(card, {
    ...reportWords(report),
    ...(!isOpen && { deadline: "" }),
    status: text(isPending ? "sending" : `report_${status}`),
    address: report.address,
    stars: report.rating ? "★".repeat(report.rating) : "",
    asked: number(figures?.asked ?? report.professionals_notified),
    estimates: number(figures?.estimates ?? report.estimates_submitted),
  });
  tag(card, priorityTone(report));
  const words = report.rating ? text("your_stars", { stars: number(report.rating) }) : "";
  card.querySelector("[data-field=stars]").setAttribute("aria-label", words);
  gallery(card.querySelector(".photos"), report.photos);
  drawOffers(card.querySelector(".offers"), report, offers, ratings);
  const shown = {
    "[data-tag]": isOpen,
    "[data-counters]": isOpen,
    "[data-do=change]": isOpen,
    "[data-do=extend]": isOpen,
    "[data-do=search]": isOpen && !isPending,
    "[data-do=complete]": status === "in_progress",
    "[data-do=review]": status === "completed" && !report.rating,
    "[data-do=cancel]": isOpen || status === "in_progress",
  };
  card.querySelector("[data-counters]").classList.toggle("is-stale", figures?.isStale ?? false);
  for (const [selector, isShown] of Object.entries(shown)) card.querySelector(selector).hidden = !isShown;
  for (const [name, deed] of Object.entries(deeds)) {
    card.querySelector(`[data-do=${name}]`).onclick = () => deed(report, offers);
  }
}

stream.watch(`dispatch.owner:${user}`, ({ data, isStale }) => {
  byId("figures").classList.toggle("is-stale", isStale);
  if (!data) return;
  const { pending, accepted, declined } = data.estimates;
  const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const figures = { reports: total(data.reports), estimates: total(data.estimates), pending, accepted, declined };
  fill(byId("figures"), Object.fromEntries(Object.entries(figures).map(([name, count]) => [name, number(count)])));
});

stream.on("event", ({ event, kind, data }) => {
  const name = event.replace("dispatch.", "");
  if (kind === REPORT && data && name === "report_expired") toast(text("told_expired", data));
  if (kind === REPORT && data && name === "report_reopened") toast(text("told_reopened", data), "bad");
  if (kind === ESTIMATE && data && data.professional_id !== user) tellOfEstimate(name, data);
});

function tellOfEstimate(name, estimate) {
  const values = { professional: estimate.professional_name, vehicle: estimate.vehicle };
  if (name === "estimate_submitted") {
    chime();
    toast(text("told_estimate", { ...values, cost: money(estimate.cost, estimate.currency) }), "good");
  }
  if (name === "estimate_withdrawn") toast(text("told_withdrawn", values));
  if (name === "deposit_paid") toast(text("told_paid", values), "good");
  if (name === "deposit_refunded") toast(text("told_refunded", values));
}
