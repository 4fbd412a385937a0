/** The campus as it is now: five boards, each of which says when it is stale. Other days come by REST. */

import { fill, stream, text } from "../live/shell.js";
import { number } from "../live/words.js";
import { showDistribution, showLogs, showSummary } from "./figures.js";
import { watchGate } from "./gate.js";
import { Range } from "./range.js";
import { showVehicles } from "./vehicles.js";
import { showViolations } from "./violations.js";

const OF_DAYS = { "fleet.summary": showSummary, "fleet.violation_distribution": showDistribution, "fleet.vehicle_logs": showLogs };

const range = new Range(document.getElementById("ranges"), { show: (board, data) => OF_DAYS[board](data), boards: Object.keys(OF_DAYS) });

function mark(board, isStale) {
  for (const place of document.querySelectorAll(`[data-board="${board}"]`)) place.classList.toggle("is-stale", isStale);
}

function watch(board, show) {
  stream.watch(board, ({ data, error, isStale }) => {
    mark(board, isStale);
    if (error) unavailable(error);
    if (data) show(data);
  });
}

function unavailable({ code }) {
  const problem = document.getElementById("problem");
  problem.hidden = code === "board_unavailable";
  problem.textContent = text("unavailable");
}

watch("fleet.vehicles", (data) => {
  fill(document.getElementById("tiles"), { onsite: number(data.onsite), total: text("of", { count: number(data.total) }) });
  showVehicles(data);
});
watch("fleet.violations", (data) => {
  fill(document.getElementById("tiles"), { pending: number(data.states.pending) });
  showViolations(data);
});
for (const board of Object.keys(OF_DAYS)) watch(board, (data) => range.changed(board, data));
watchGate();
