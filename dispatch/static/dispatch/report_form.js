/** The form of a report: a new one, or another word about one that is open. Refused, it is there again as it was. */

import { fill, filled, stream, text } from "../live/shell.js";
import { decimals, number } from "../live/words.js";
import { FormDialog } from "./forms.js";
import { PhotoPicker } from "./photos.js";
import { learnSkills, newestFirst, REPORT } from "./words.js";

const OPEN = "dispatch.open_report";
const REVISE = "dispatch.revise_report";
const WORDS = ["vehicle_make", "vehicle_model", "description", "notes", "priority", "address"];
const NUMBERS = ["vehicle_year", "latitude", "longitude"];

const dialog = document.getElementById("report-dialog");
const form = new FormDialog(dialog, send);
const photoField = dialog.querySelector("[data-photos]");
const photos = new PhotoPicker(photoField);
const { elements } = form.form;
let changed = null; // the report, if it is not a new one

learnSkills().then(offerSkills);
offerCurrencies();

/** @param {object} [report] to be changed */
export function openReport(report = null, values = report ?? {}, photoIds = []) {
  changed = report;
  fill(dialog, { title: text(report ? "change_title" : "report_title"), located: "" });
  photos.open(photoIds);
  photoField.hidden = Boolean(report);
  elements.currency.disabled = Boolean(report);
  const currency = values.currency ?? lastCurrency();
  const cost = values.estimated_cost ? values.estimated_cost / 10 ** decimals(currency) : "";
  const known = [...WORDS, ...NUMBERS].filter((name) => values[name] !== undefined);
  const shown = Object.fromEntries(known.map((name) => [name, values[name]]));
  form.open({ ...shown, currency, estimated_cost: cost });
  for (const box of skillBoxes()) box.checked = values.skills?.includes(box.value) ?? false;
  limitCost();
}

elements.currency.onchange = limitCost;

function limitCost() {
  elements.estimated_cost.step = elements.estimated_cost.min = 10 ** -decimals(elements.currency.value);
}

function lastCurrency() {
  return stream.objects(REPORT).toSorted(newestFirst("created_at"))[0]?.currency ?? text("currency");
}

function send() {
  if (photos.isBusy) return photos.complain(text("photos_busy"));
  const facts = read();
  if (changed) revise(changed, facts);
  else open(facts);
  form.close();
}

function read() {
  const cost = elements.estimated_cost.valueAsNumber * 10 ** decimals(elements.currency.value);
  return {
    ...Object.fromEntries(WORDS.map((name) => [name, elements[name].value])),
    ...Object.fromEntries(NUMBERS.map((name) => [name, elements[name].valueAsNumber])),
    skills: skillBoxes().filter((box) => box.checked).map((box) => box.value),
    estimated_cost: Number.isFinite(cost) ? Math.round(cost) : null,
  };
}

function open(facts) {
  const data = { ...facts, currency: elements.currency.value, photos: photos.ids };
  stream.command(OPEN, data, { echo: (id) => [{ kind: REPORT, key: id, data: draft(id, data) }] });
}

function draft(id, facts) {
  const now = new Date().toISOString();
  return {
    ...facts,
    report_id: id,
    vehicle: vehicleOf(facts),
    photos: [],
    report_status: "pending",
    answer_by: now,
    created_at: now,
    professionals_notified: 0,
    estimates_submitted: 0,
  };
}

/** Only what is another than before: the rest may have been changed elsewhere. */
function revise(report, facts) {
  const differs = ([name, value]) => JSON.stringify(value) !== JSON.stringify(report[name] ?? null);
  const change = Object.fromEntries(Object.entries(facts).filter(differs));
  if (!Object.keys(change).length) return;
  const { report_id: key } = report;
  const data = { ...report, ...change, vehicle: vehicleOf({ ...report, ...change }) };
  stream.command(REVISE, { report_id: key, ...change }, { lane: key, echo: [{ kind: REPORT, key, data }] });
}

function vehicleOf({ vehicle_year, vehicle_make, vehicle_model }) {
  return `${vehicle_year} ${vehicle_make} ${vehicle_model}`;
}

stream.on("refused", ({ command: { name, data }, error }) => {
  if (![OPEN, REVISE].includes(name) || dialog.open || !error.details) return;
  const report = name === REVISE ? stream.object(REPORT, data.report_id) : null;
  openReport(report, { ...report, ...data }, report ? [] : data.photos);
  form.complain(error.message);
  form.blame(error.details);
});

// What there is to choose from.

function skillBoxes() {
  return [...form.form.querySelectorAll("[name=skills]")];
}

function offerSkills(skills) {
  const boxes = skills.map(({ code, title }) => {
    const label = filled("skill");
    label.querySelector("input").value = code;
    label.querySelector("span").textContent = title;
    return label;
  });
  form.form.querySelector(".skills").replaceChildren(...boxes);
}

function offerCurrencies() {
  const names = new Intl.DisplayNames(document.documentElement.lang, { type: "currency" });
  const codes = Intl.supportedValuesOf("currency").toSorted();
  elements.currency.replaceChildren(...codes.map((code) => new Option(`${code} – ${names.of(code)}`, code)));
}

// Where it is.

dialog.querySelector("[data-locate]").onclick = () => {
  if (!navigator.geolocation) return fill(dialog, { located: text("not_located") });
  fill(dialog, { located: text("locating") });
  navigator.geolocation.getCurrentPosition(located, () => fill(dialog, { located: text("not_located") }), {
    enableHighAccuracy: true,
    timeout: 15_000,
  });
};

function located({ coords }) {
  elements.latitude.value = coords.latitude.toFixed(6);
  elements.longitude.value = coords.longitude.toFixed(6);
  const metres = number(Math.round(coords.accuracy), { style: "unit", unit: "meter" });
  fill(dialog, { located: text("located", { metres }) });
}
