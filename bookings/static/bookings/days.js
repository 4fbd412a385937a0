/** Local days, as REST names them: "2026-11-21". */

const MS = 86_400_000;

export function today(zone, now = new Date()) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(now);
}

export function plus(day, count) {
  return new Date(Date.parse(day) + count * MS).toISOString().slice(0, 10);
}

/** Noon in UTC: an instant that every calendar calls by this day, told in UTC. */
export function noon(day) {
  return `${day}T12:00:00Z`;
}
