/** A report and its estimates in words. */

import { stream, text } from "../live/shell.js";
import { ago, money, number } from "../live/words.js";

export const REPORT = "dispatch.report";
export const REQUEST = "dispatch.request";
export const ESTIMATE = "dispatch.estimate";

const PRIORITIES = { urgent: "bad", high: "warn" };
const OUTCOMES = { accepted: "good", declined: "bad", pending: "warn" };

const titles = new Map(); // of skills

export async function learnSkills() {
  const answer = await stream.api.get("/api/dispatch/skills");
  for (const { code, title } of answer.body ?? []) titles.set(code, title);
  return answer.body ?? [];
}

export function reportWords(report) {
  const isLate = new Date(report.answer_by) < new Date();
  return {
    vehicle: report.vehicle,
    description: report.description,
    priority: text(`priority_${report.priority}`),
    skills: report.skills.map((code) => titles.get(code) ?? code).join(", ") || "–",
    expected: report.estimated_cost ? money(report.estimated_cost, report.currency) : "–",
    deadline: text(isLate ? "answer_late" : "answer_by", { when: ago(report.answer_by) }),
    currency: report.currency,
  };
}

export function requestWords(request) {
  const km = number(request.distance_km, { style: "unit", unit: "kilometer" });
  return { ...reportWords(request), asked: ago(request.asked_at), distance: text("away", { distance: km }) };
}

export function outcomeWords(estimate) {
  if (estimate.status === "declined" && estimate.declined_because) return text(`because_${estimate.declined_because}`);
  return text(`estimate_${estimate.status}`);
}

export function depositWords(deposit) {
  return deposit ? text(`deposit_${deposit.status}`, { amount: money(deposit.amount, deposit.currency) }) : "";
}

export function leadWords({ lead_time_days: days }) {
  return days === 1 ? text("one_day") : text("days", { count: number(days) });
}

export function tag(element, tone) {
  element.querySelector("[data-tag]").className = `tag ${tone ?? ""}`;
}

export function priorityTone(report) {
  return PRIORITIES[report.priority];
}

export function outcomeTone(estimate) {
  return OUTCOMES[estimate.status];
}

export function newestFirst(instant) {
  return (a, b) => b[instant].localeCompare(a[instant]);
}
