/** What an owner does with a report once it is there. */

import { confirmed } from "../live/confirm.js";
import { stream, text, toast } from "../live/shell.js";
import { isChosen } from "./deciding.js";
import { FormDialog } from "./forms.js";
import { openReport } from "./report_form.js";
import { REPORT } from "./words.js";

const DAY_MS = 86_400_000;

let current = null; // the report that a dialog is about

const extending = new FormDialog(document.getElementById("extend-dialog"), sendExtension);
const reviewing = new FormDialog(document.getElementById("review-dialog"), sendReview);

export const deeds = {
  change: (report) => openReport(report),
  extend: (report) => begin(extending, report),
  search,
  complete,
  review: (report) => begin(reviewing, report),
  cancel,
};

function begin(form, report) {
  current = report;
  form.open();
}

function sendExtension() {
  const from = Math.max(Date.now(), Date.parse(current.answer_by));
  const until = new Date(from + Number(extending.form.elements.days.value) * DAY_MS).toISOString();
  become(current, "dispatch.revise_report", { answer_by: until }, { answer_by: until });
  extending.close();
}

async function search({ report_id: id }) {
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const { status, body } = await stream.api.post(`/api/dispatch/reports/${id}/distribution`, {}, { headers });
  if (status === 200) toast(text("searched"));
  else toast(body?.message ?? text("unavailable"), "bad");
}

async function complete(report, offers) {
  const professional = nameOfChosen(offers);
  const words = text("complete_words", { professional, vehicle: report.vehicle });
  if (!(await confirmed({ title: text("complete_title"), words, yes: text("yes") }))) return;
  const reply = await become(report, "dispatch.complete_report", { report_status: "completed" });
  if (reply.ok) begin(reviewing, report);
}

async function cancel(report, offers) {
  const isJob = report.report_status === "in_progress";
  const values = { vehicle: report.vehicle, professional: nameOfChosen(offers) };
  const words = text(isJob ? "cancel_job_words" : "cancel_words", values);
  if (!(await confirmed({ title: text("cancel_title"), words, yes: text("yes") }))) return;
  become(report, "dispatch.cancel_report", { report_status: "cancelled" });
}

function nameOfChosen(offers) {
  return offers.find(isChosen)?.professional_name ?? "";
}

function become(report, command, change, data = {}) {
  const { report_id: key } = report;
  const echo = [{ kind: REPORT, key, data: { ...report, ...change } }];
  return stream.command(command, { report_id: key, ...data }, { lane: key, echo });
}

async function sendReview() {
  const { rating, comment } = reviewing.form.elements;
  const headers = { "Idempotency-Key": crypto.randomUUID() };
  const review = { rating: Number(rating.value), comment: comment.value };
  const path = `/api/dispatch/reports/${current.report_id}/review`;
  const { status, body } = await stream.api.post(path, review, { headers });
  if (status !== 201) {
    reviewing.complain(body?.message ?? text("unavailable"));
    return reviewing.blame(body?.details);
  }
  reviewing.close();
  toast(text("reviewed"), "good");
}
