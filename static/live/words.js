/** Numbers, money and times in the language of the page. */
const language = document.documentElement.lang;

export function number(value, options) {
  return new Intl.NumberFormat(language, options).format(value);
}

export function percent(ratio) {
  return ratio === null || ratio === undefined ? "–" : number(ratio, { style: "percent", maximumFractionDigits: 1 });
}

/** @param {number} amount in the minor unit of the currency */
export function money(amount, currency) {
  return number(amount / 10 ** decimals(currency), { style: "currency", currency });
}

/** Of the amounts of a currency: 2 for EUR, 0 for JPY. */
export function decimals(currency) {
  return new Intl.NumberFormat(language, { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
}

export function clock(instant, zone) {
  return format(instant, { timeStyle: "short", timeZone: zone });
}

export function day(instant, zone) {
  return format(instant, { weekday: "short", day: "numeric", month: "short", timeZone: zone });
}

export function moment(instant, zone) {
  return format(instant, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
}

/** "in 5 minutes", "2 days ago" */
export function ago(instant, now = new Date()) {
  const seconds = (new Date(instant) - now) / 1000;
  const units = { day: 86_400, hour: 3_600, minute: 60, second: 1 };
  const unit = Object.keys(units).find((one) => Math.abs(seconds) >= units[one]) ?? "second";
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(seconds / units[unit]), unit);
}

function format(instant, options) {
  return new Intl.DateTimeFormat(language, options).format(new Date(instant));
}
