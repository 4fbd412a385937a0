/** Summary, distribution and movements of some days: tiles, bars and charts. */

import { draw } from "../live/charts.js";
import { byId, fill, filled, list, text } from "../live/shell.js";
import { texts } from "../live/texts.js";
import { number, percent } from "../live/words.js";
import { ofDay } from "./range.js";

/** In the language of the page, where it is a name of ours; a department has its own. */
export function named(name) {
  return name in texts ? text(name) : name;
}

export function showSummary(data) {
  const tiles = byId("tiles");
  fill(tiles, {
    entries: number(data.entries),
    exits: number(data.exits),
    total_violations: number(data.total_violations),
    trend: trendInWords(data),
  });
  const trend = data.violation_trend_percent;
  tiles.querySelector("[data-field=trend]").className = `trend ${trend ? (trend > 0 ? "up" : "down") : ""}`;
  const moved = data.department_movements;
  draw(byId("movements-chart"), {
    type: "bar",
    stacked: true,
    labels: moved.map((one) => named(one.department)),
    series: series(moved),
  });
}

function trendInWords({ violation_trend_percent: trend, total_violations: total }) {
  if (trend === null) return total ? text("none_before") : "";
  return trend ? text(trend > 0 ? "up" : "down", { percent: percent(Math.abs(trend) / 100) }) : text("same");
}

export function showDistribution({ types, departments }) {
  const most = Math.max(1, ...types.map(({ count }) => count));
  list(byId("types"), types, {
    key: ({ type }) => type,
    make: () => filled("bar"),
    update(item, { type, count }) {
      fill(item, { name: named(type), count: number(count) });
      Object.assign(item.querySelector("progress"), { max: most, value: count });
    },
  });
  draw(byId("departments-chart"), {
    type: "doughnut",
    labels: departments.map(({ department }) => named(department)),
    series: [{ label: text("violations"), values: departments.map(({ count }) => count) }],
  });
}

/** Days, or what longer ranges are grouped by. */
export function showLogs({ days, ...buckets }) {
  const inOrder = Object.entries(buckets).toSorted(([, a], [, b]) => a.date.localeCompare(b.date));
  draw(byId("logs-chart"), {
    type: "bar",
    labels: inOrder.map(([key, bucket]) => bucketInWords(key, bucket)),
    series: series(inOrder.map(([, bucket]) => bucket)),
  });
}

function bucketInWords(key, { category, date }) {
  const [group] = key.split(":");
  if (group === "day") return ofDay(date);
  if (group === "month") return new Intl.DateTimeFormat(document.documentElement.lang, { month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(date));
  return group === "week" ? text("week", { day: ofDay(date) }) : category;
}

function series(moved) {
  return [
    { label: text("in"), values: moved.map(({ entries }) => entries), tone: "accent" },
    { label: text("out"), values: moved.map(({ exits }) => exits), tone: "quiet" },
  ];
}
