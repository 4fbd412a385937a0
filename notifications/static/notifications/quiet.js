/** Quiet hours: windows of the week, by the clock of a zone. */

import { byId, filled, stream } from "../live/shell.js";
import { problem } from "./saving.js";

const MONDAY = Date.UTC(2024, 0, 1);
const form = byId("quiet-hours");
const dayNames = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short", timeZone: "UTC" });

export function drawQuietHours({ zone, windows }) {
  form.elements.zone.value = zone;
  byId("windows").replaceChildren(...windows.map(newWindow));
  count();
}

export function listenToQuietHours() {
  byId("add-window").onclick = () => {
    const added = newWindow({ days: [0, 1, 2, 3, 4, 5, 6], start: "22:00", end: "07:00" });
    byId("windows").append(added);
    count();
    added.querySelector("input").focus();
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const body = { zone: form.elements.zone.value, windows: [...byId("windows").children].map(windowOf) };
    const answer = await stream.api.request("PUT", "/api/quiet-hours", { body });
    if (problem(form, answer)) drawQuietHours(answer.body);
  };
}

function newWindow({ days, start, end }) {
  const line = filled("window");
  for (let number = 0; number < 7; number++) {
    const choice = filled("day-choice", { name: dayNames.format(MONDAY + number * 86_400_000) });
    const box = choice.querySelector("input");
    box.value = number;
    box.checked = days.includes(number);
    line.querySelector(".days").append(choice);
  }
  line.querySelector("[name=start]").value = start;
  line.querySelector("[name=end]").value = end;
  line.querySelector("button").onclick = () => {
    line.remove();
    count();
    byId("add-window").focus();
  };
  return line;
}

function windowOf(line) {
  const days = [...line.querySelectorAll("[name=days]:checked")].map((box) => Number(box.value));
  return { days, start: line.querySelector("[name=start]").value, end: line.querySelector("[name=end]").value };
}

function count() {
  byId("windows").dataset.isEmpty = String(!byId("windows").children.length);
}
