/** Prices, states and terms in words. */

import { text } from "../live/shell.js";
import { money, number } from "../live/words.js";
import { now } from "./rest.js";

const HOUR = 3_600_000;

export function perPeriod({ price, interval, interval_count: count }, currency) {
  const values = { price: money(price, currency), count: number(count) };
  return count === 1 ? text(`a_${interval}`, values) : text(`period_${interval}`, values);
}

/** With its year: a period may be one. */
export function dateOf(instant, zone) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: zone }).format(new Date(instant));
}

/** The kindest tier that applies counts; half of a minor unit goes to the customer. As the server reckons. */
export function refundOf({ policy, start_at: start, price }) {
  const hours = (new Date(start) - now()) / HOUR;
  const percent = Math.max(0, ...policy.filter((tier) => hours >= tier.hours).map((tier) => tier.percent));
  return { percent, amount: Math.floor((price * percent + 50) / 100) };
}

/** Until when how much comes back: what is still ahead, the kindest first. */
export function tiersOf({ policy, start_at: start }) {
  return policy
    .map(({ hours, percent }) => ({ until: new Date(new Date(start) - hours * HOUR), percent }))
    .filter(({ until }) => until > now())
    .toSorted((a, b) => a.until - b.until);
}
