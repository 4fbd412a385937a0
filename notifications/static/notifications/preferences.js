/** A switch for each kind of notice and each channel. Each is saved as it is set. */

import { stream, text } from "../live/shell.js";
import { saved } from "./saving.js";

const table = document.querySelector("#preferences table");

export function drawPreferences({ channels, kinds }) {
  const names = Object.keys(channels);
  table.tHead.rows[0].replaceChildren(table.tHead.rows[0].cells[0], ...names.map(headOf));
  table.tBodies[0].replaceChildren(rowOfAll(channels), ...kinds.map((kind) => rowOf(kind, channels)));
}

function headOf(channel) {
  const head = document.createElement("th");
  head.scope = "col";
  head.textContent = text(channel);
  return head;
}

function rowOfAll(channels) {
  const row = newRow(table.dataset.all, "all");
  for (const [channel, isOn] of Object.entries(channels)) {
    row.append(switchOf(text(channel), isOn, (wanted) => ({ channels: { [channel]: wanted } })));
  }
  return row;
}

function rowOf({ kind, title, is_mandatory, channels }, general) {
  const row = newRow(title);
  for (const [channel, isOn] of Object.entries(channels)) {
    const name = text("by_channel", { kind: title, channel: text(channel) });
    const cell = switchOf(name, isOn, (wanted) => ({ kinds: { [kind]: { [channel]: wanted } } }));
    cell.firstChild.disabled = is_mandatory || !general[channel];
    if (is_mandatory) cell.title = text("always");
    row.append(cell);
  }
  return row;
}

function newRow(title, name = "") {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = title;
  row.className = name;
  row.append(head);
  return row;
}

function switchOf(name, isOn, change) {
  const cell = document.createElement("td");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = isOn;
  box.ariaLabel = name;
  box.onchange = async () => {
    const answer = await stream.api.request("PATCH", "/api/preferences", { body: change(box.checked) });
    if (saved(answer)) drawPreferences(answer.body);
    else box.checked = !box.checked;
  };
  cell.append(box);
  return cell;
}
