/** How well she answers, and what came of it. */

import { draw } from "../live/charts.js";
import { byId, fill, stream, text } from "../live/shell.js";
import { number, percent } from "../live/words.js";
import { myEstimates } from "./my_estimates.js";
import { ESTIMATE } from "./words.js";

const STATUSES = { accepted: "good", pending: "warn", declined: "bad", withdrawn: "quiet" };
const WEEKS = 6;
const WEEK_MS = 7 * 86_400_000;
const { user } = document.body.dataset;
const date = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "numeric" });

export function showFigures() {
  stream.watch(`dispatch.professional:${user}`, ({ data, isStale, error }) => {
    const problem = byId("no-figures");
    problem.hidden = !error;
    problem.textContent = error ? text("unavailable") : "";
    byId("figures").classList.toggle("is-stale", isStale);
    if (data) showProfessional(data);
  });
  stream.on("view", (changed) => (!drawn || changed.has(ESTIMATE)) && drawWeeks());
}

let drawn = false;

function showProfessional(figures) {
  const stars = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  fill(byId("figures"), {
    live: number(figures.live_requests),
    response: percent(figures.response_rate),
    wins: percent(figures.win_rate),
    time: duration(figures.response_time_s),
    rating: figures.rating === null ? "–" : `★ ${number(figures.rating, stars)}`,
    reviews: figures.rating_count ? `(${number(figures.rating_count)})` : "",
  });
  draw(byId("outcomes"), {
    type: "doughnut",
    tones: Object.values(STATUSES),
    labels: Object.keys(STATUSES).map((status) => text(`estimate_${status}`)),
    series: [{ label: text("estimates"), values: Object.keys(STATUSES).map((status) => figures.estimates[status]) }],
    format: number,
  });
}

function drawWeeks() {
  drawn = true;
  const begins = Array.from({ length: WEEKS }, (_, place) => Date.now() - (WEEKS - place) * WEEK_MS);
  const placeOf = ({ submitted_at: at }) => begins.findLastIndex((begin) => Date.parse(at) >= begin);
  const mine = myEstimates();
  const count = (status) => {
    const counts = begins.map(() => 0);
    for (const one of mine) if (one.status === status && placeOf(one) >= 0) counts[placeOf(one)] += 1;
    return counts;
  };
  draw(byId("weeks"), {
    type: "bar",
    stacked: true,
    labels: begins.map((begin) => text("week_of", { day: date.format(begin) })),
    series: Object.entries(STATUSES).map(([status, tone]) => ({
      label: text(`estimate_${status}`),
      tone,
      values: count(status),
    })),
    format: number,
  });
}

function duration(seconds) {
  if (seconds === null) return "–";
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
  const [unit, size] = units.find(([, one]) => seconds >= one) ?? units.at(-1);
  return number(seconds / size, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
}
