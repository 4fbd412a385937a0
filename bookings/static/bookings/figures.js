/** The board bookings.provider:<id>: tiles with their trends, charts of four weeks, the busiest hours. */

import { draw } from "../live/charts.js";
import { byId, fill, list, text } from "../live/shell.js";
import { clock, day, money, number, percent } from "../live/words.js";
import { noon } from "./days.js";

const MONDAY = "2024-01-01";

export function showFigures(provider, { data, error, isStale }) {
  const place = byId("figures");
  place.classList.toggle("is-stale", isStale);
  fill(place, { name: provider.business_name });
  if (!data) return error && fill(place, { as_of: text("unavailable") });
  fill(place, {
    as_of: text("as_of", { time: clock(data.as_of, data.zone) }),
    reservations: number(data.todayReservations),
    revenue: money(data.todayRevenue, data.currency),
    capacity: percent(shareOf(data.capacityUtilization)),
    subscriptions: number(data.activeSubscriptions),
    rating: data.averageRating === null ? "–" : number(data.averageRating),
    total_revenue: money(data.totalRevenue, data.currency),
  });
  for (const [name, one] of Object.entries(data.trends)) showTrend(place, name, one.direction, inWords(one));
  showTrend(place, "capacity", Math.sign(data.capacityTrend), pointsInWords(data.capacityTrend));
  drawCharts(data);
  drawPeaks(data.peakHours);
}

function shareOf(percentage) {
  return percentage === null ? null : percentage / 100;
}

function inWords({ pct, direction, state }) {
  if (pct === null) return state === "new" ? text("new") : "";
  return direction ? text(direction > 0 ? "up" : "down", { percent: percent(Math.abs(pct) / 100) }) : text("same");
}

function pointsInWords(points) {
  if (points === null) return "";
  return points ? text(points > 0 ? "points_up" : "points_down", { count: number(Math.abs(points)) }) : text("same");
}

function showTrend(place, name, direction, words) {
  const shown = place.querySelector(`[data-field=${name}_trend]`);
  shown.textContent = words;
  shown.className = `trend ${words && direction ? (direction > 0 ? "up" : "down") : ""}`;
}

function drawCharts({ series, currency }) {
  const labels = series.map(({ date }) => day(noon(date), "UTC"));
  const values = (name) => series.map((one) => one[name]);
  draw(byId("reservations-chart"), { type: "bar", labels, series: [{ label: text("reservations"), values: values("created") }] });
  draw(byId("revenue-chart"), {
    type: "line",
    labels,
    series: [{ label: text("revenue"), values: values("revenue"), tone: "good" }],
    format: (amount) => money(amount, currency),
  });
  draw(byId("utilization-chart"), {
    type: "line",
    labels,
    series: [{ label: text("utilization"), values: values("utilization").map(shareOf), tone: "accent" }],
    format: percent,
  });
}

function drawPeaks(peaks) {
  const language = document.documentElement.lang;
  list(byId("peaks"), peaks, {
    key: ({ weekday, hour }) => `${weekday} ${hour}`,
    make: () => document.createElement("li"),
    update(item, { weekday, hour, load }) {
      const at = new Date(Date.parse(`${MONDAY}T00:00:00Z`) + (weekday * 24 + hour) * 3_600_000);
      const when = new Intl.DateTimeFormat(language, { weekday: "long", hour: "numeric", timeZone: "UTC" }).format(at);
      item.textContent = `${when}: ${text("peak", { load: number(load) })}`;
    },
  });
}
