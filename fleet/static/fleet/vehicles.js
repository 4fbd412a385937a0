/** The board fleet.vehicles as a table that can be searched. What a search does not find in it is asked for by REST. */

import { byId, fill, filled, list, stream, text } from "../live/shell.js";
import { ago, moment, number } from "../live/words.js";
import { Fresh, members } from "./fresh.js";
import { named } from "./figures.js";

const TYPING_MS = 300;
const LEAST_LETTERS = 2;
const REGISTRATIONS = { active: "good", suspended: "warn", expired: "warn", revoked: "bad" };

const filters = byId("filters");
const place = byId("vehicles").closest("section");
const fresh = new Fresh((vehicle) => vehicle.status_at, () => draw());

let board = null;
let found = []; // by REST
let typing = null;

export function showVehicles(data) {
  board = data;
  fresh.look(members(data, "vehicle"));
  drawDepartments();
  drawPlates();
  draw();
}

function draw() {
  if (!board) return;
  const all = members(board, "vehicle").toSorted((a, b) => b.status_at.localeCompare(a.status_at));
  const known = new Set(all.map(({ id }) => id));
  const others = found.filter(({ id }) => !known.has(id)); // like what is searched for, as the server knows
  const shown = [...all.filter(isLike), ...others].filter(isChosen);
  list(byId("vehicles"), shown, { key: ({ id }) => id, make: () => filled("vehicle"), update: drawVehicle });
  byId("vehicles").closest("table").hidden = !shown.length;
  byId("no-vehicles").hidden = shown.length > 0;
  fill(place, {
    count: text("shown", { count: number(shown.length) }),
    truncated: board.total > all.length ? text("truncated", { count: number(all.length), total: number(board.total) }) : "",
  });
}

function isChosen(vehicle) {
  const { words, ...choices } = Object.fromEntries(new FormData(filters));
  return Object.entries(choices).every(([name, value]) => !value || (vehicle[name] || "Unknown") === value);
}

function isLike(vehicle) {
  const words = filters.elements.words.value.trim().toLowerCase();
  if (!words) return true;
  const isPlate = plate(words) && plate(vehicle.plate_number).includes(plate(words));
  return isPlate || [vehicle.owner_name, vehicle.vehicle_model].some((name) => name.toLowerCase().includes(words));
}

/** As the server compares them. */
function plate(words) {
  return words.toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function drawVehicle(row, vehicle) {
  const isNew = fresh.has(vehicle.id);
  fill(row, {
    plate_number: vehicle.plate_number,
    owner_name: vehicle.owner_name,
    department: vehicle.department,
    vehicle_model: vehicle.vehicle_model,
    vehicle_type: vehicle.vehicle_type && text(vehicle.vehicle_type),
    where: vehicle.status ? text(vehicle.status) : "–",
    since: isNew ? text("just_now") : vehicle.status_at ? ago(vehicle.status_at) : "",
    registration: text(vehicle.registration_status),
  });
  row.classList.toggle("is-new", isNew);
  row.querySelector("[data-field=where]").className = `tag ${vehicle.status === "onsite" ? "good" : ""}`;
  row.querySelector("[data-field=since]").title = vehicle.status_at ? moment(vehicle.status_at) : "";
  row.querySelector("[data-field=registration]").className = `tag ${REGISTRATIONS[vehicle.registration_status]}`;
}

function drawDepartments() {
  const select = filters.elements.department;
  const names = Object.keys(board.departments).toSorted();
  const there = new Set([...select.options].map(({ value }) => value));
  for (const name of names) if (!there.has(name)) select.append(new Option(named(name), name));
}

function drawPlates() {
  const plates = members(board, "vehicle").map((vehicle) => vehicle.plate_number).toSorted();
  list(byId("plates"), plates, {
    key: (one) => one,
    make: (one) => new Option("", one),
    update: () => {},
  });
}

async function search() {
  const words = filters.elements.words.value.trim();
  found = [];
  if (words.length >= LEAST_LETTERS && board && board.total > members(board, "vehicle").length) {
    const answer = await stream.api.get(`/api/fleet/registry/search?q=${encodeURIComponent(words)}`);
    if (words !== filters.elements.words.value.trim()) return;
    if (answer.status === 200) found = answer.body.results ?? answer.body;
  }
  draw();
}

filters.oninput = () => {
  draw();
  clearTimeout(typing);
  typing = setTimeout(search, TYPING_MS);
};
filters.onsubmit = (event) => event.preventDefault();
setInterval(draw, 60_000);
