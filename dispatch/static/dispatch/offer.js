/** The form in which she offers what a repair costs. It says so when the report has changed under her hands. */

import { fill, stream, text } from "../live/shell.js";
import { decimals, money } from "../live/words.js";
import { FormDialog } from "./forms.js";
import { PhotoPicker } from "./photos.js";
import { ESTIMATE, priorityTone, REQUEST, requestWords, tag } from "./words.js";

const SUBMIT = "dispatch.submit_estimate";
const dialog = document.getElementById("offer");
const form = new FormDialog(dialog, send);
const photos = new PhotoPicker(dialog.querySelector("[data-photos]"));
const { elements } = form.form;
const preview = document.getElementById("offer-cost");

let shown = null; // the request as she sees it

export function openOffer(reportId, values = {}, photoIds = []) {
  shown = stream.object(REQUEST, reportId);
  if (!shown) return;
  describe(shown);
  const step = 10 ** -decimals(shown.currency);
  elements.cost.min = elements.cost.step = step;
  photos.open(photoIds);
  form.open(values);
  showCost();
  if (!values.cost) elements.cost.focus();
}

function describe(request) {
  fill(dialog, requestWords(request));
  tag(dialog, priorityTone(request));
}

elements.cost.oninput = showCost;

function showCost() {
  const amount = minorCost();
  preview.value = Number.isFinite(amount) ? money(amount, shown.currency) : "";
}

function minorCost() {
  return Math.round(elements.cost.valueAsNumber * 10 ** decimals(shown.currency));
}

// While she writes.
stream.on("view", () => {
  if (!dialog.open || !shown) return;
  const now = stream.object(REQUEST, shown.report_id);
  const isClosed = !now || now.report_status !== "pending" || now.status === "ceased";
  if (isClosed) return form.complain(text("closed_meanwhile"));
  if (now.generation === shown.generation) return;
  shown = now;
  describe(now);
  form.complain(text("look_again"));
});

function send() {
  if (photos.isBusy) return photos.complain(text("photos_busy"));
  const data = {
    report_id: shown.report_id,
    cost: minorCost(),
    lead_time_days: elements.lead_time_days.valueAsNumber,
    description: elements.description.value,
    photos: photos.ids,
    generation: shown.generation,
  };
  stream.command(SUBMIT, data, { lane: shown.report_id, echo: (id) => echo(id, shown, data) });
  form.close();
}

function echo(id, request, { cost, lead_time_days, description }) {
  const estimate = {
    estimate_id: id,
    report_id: request.report_id,
    vehicle: request.vehicle,
    professional_id: document.body.dataset.user,
    cost,
    currency: request.currency,
    lead_time_days,
    description,
    photos: [],
    status: "pending",
    declined_because: "",
    generation: request.generation,
    deposit: null,
    submitted_at: new Date().toISOString(),
    decided_at: null,
  };
  return [
    { kind: ESTIMATE, key: id, data: estimate },
    { kind: REQUEST, key: request.report_id, data: { ...request, status: "answered" } },
  ];
}

/** What she wrote is before her again, beside the report as it is now. */
stream.on("refused", ({ command, error }) => {
  if (command.name !== SUBMIT) return;
  const { report_id: reportId, cost, lead_time_days, description, photos: ids } = command.data;
  const request = stream.object(REQUEST, reportId);
  if (!request || dialog.open) return;
  const major = cost / 10 ** decimals(request.currency);
  openOffer(reportId, { cost: major, lead_time_days, description }, ids);
  form.complain(error.code === "report_revised" ? text("look_again") : error.message);
  form.blame(error.details);
});
