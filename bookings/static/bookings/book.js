/** Where, what, when: then a dialog for the rest. What is held shows above, wherever it was reserved. */

import { byId, fill, filled, list, shows, stream, text } from "../live/shell.js";
import { moment, money, number } from "../live/words.js";
import { openPaying, RESERVATION, seatsIn, SUBSCRIPTION, timeLeft } from "./paying.js";
import { Picker } from "./picker.js";
import { openReserving } from "./reserving.js";
import { providerPage } from "./rest.js";
import { perPeriod } from "./terms.js";

const LIVE = new Set(["sending", "pending", "confirmed"]);
const SUBSCRIBED = new Set(["pending", "active", "payment_failed"]);

let providers = [];
let provider = null; // the page of the one that is chosen
let service = null;

const picker = new Picker(document.querySelector("[data-picker]"), {
  pick: (slot) => {
    const mine = reservationOf(slot);
    if (mine) openPaying(RESERVATION, mine.reservation_id);
    else openReserving(slot, service, provider, () => picker.read({ isFresh: true }));
  },
  isMine: (slot) => Boolean(reservationOf(slot)),
});

function reservationOf(slot) {
  return stream
    .objects(RESERVATION)
    .find((one) => LIVE.has(one.status) && one.service_id === service.service_id && Date.parse(one.start_at) === Date.parse(slot.startAt) && !isLapsed(one));
}

function isLapsed(reservation) {
  return reservation.status === "pending" && !timeLeft(reservation).seconds;
}

async function readProviders() {
  const answer = await stream.api.get("/api/bookings/providers");
  if (answer.status !== 200) return say(answer.body?.message ?? text("unavailable"));
  say("");
  providers = answer.body.results;
  drawProviders();
  if (providers.length === 1 && !provider) choose(providers[0].provider_id);
}

async function choose(id) {
  const page = await providerPage(id);
  if (!page) return say(text("unavailable"));
  provider = page;
  service = null;
  drawProviders();
  drawServices();
  drawPlans();
}

function drawProviders() {
  drawChoices("providers", providers, (one) => one.provider_id, provider?.provider_id, (one) => ({
    name: one.business_name,
    about: one.description,
    more: one.rating === null ? "" : text("rating", { rating: number(one.rating), count: number(one.rating_count) }),
  }));
}

function drawServices() {
  drawChoices("services", provider?.services ?? [], (one) => one.service_id, service?.service_id, (one) => ({
    name: one.name,
    about: [text("minutes", { count: number(one.duration_minutes) }), one.description].filter(Boolean).join(" · "),
    more: priceOf(one),
  }));
  byId("times").hidden = !service;
  byId("choose").hidden = Boolean(service);
}

function priceOf({ price, requires_payment: isPaidAhead }) {
  if (!price) return text("free");
  const words = text("per_seat", { price: money(price, provider.currency) });
  return isPaidAhead ? words : `${words}, ${text("paid_there")}`;
}

function drawChoices(id, items, key, chosen, words) {
  list(byId(id), items, {
    key,
    make: () => filled("choice"),
    update(item, one) {
      fill(item, words(one));
      const button = item.querySelector("button");
      button.setAttribute("aria-pressed", String(key(one) === chosen));
      button.onclick = () => (id === "providers" ? choose(key(one)) : chooseService(one));
    },
  });
}

function chooseService(one) {
  service = one;
  drawServices();
  picker.show(service, provider.zone);
}

function drawPlans() {
  const plans = provider?.plans ?? [];
  byId("memberships").hidden = !plans.length;
  list(byId("plans"), plans, { key: (plan) => plan.plan_id, make: makePlan, update: drawPlan });
}

function makePlan(plan) {
  const item = filled("plan");
  item.querySelector("[data-features]").append(
    ...plan.features.map((feature) => Object.assign(document.createElement("li"), { textContent: feature })),
  );
  return item;
}

function drawPlan(item, plan) {
  const mine = stream.objects(SUBSCRIPTION).find((one) => one.plan_id === plan.plan_id && SUBSCRIBED.has(one.status));
  fill(item, {
    name: plan.name,
    price: perPeriod(plan, provider.currency),
    status: mine ? text(mine.status === "active" ? "is_subscribed" : `subscription_${mine.status}`) : "",
  });
  item.querySelector(".tag").hidden = !mine;
  item.querySelector("[data-actions]").hidden = Boolean(mine);
  item.querySelector("[data-gateway=cash]").hidden = !provider.accepts_cash;
  item.querySelector("[data-gateway=stripe]").hidden = !byId("paying").dataset.cardPage;
  for (const button of item.querySelectorAll("[data-gateway]")) button.onclick = () => subscribe(plan, button.dataset.gateway);
}

async function subscribe(plan, gateway) {
  const reply = await stream.command("bookings.subscribe", { plan_id: plan.plan_id, gateway });
  if (reply.ok) openPaying(SUBSCRIPTION, reply.data.subscription_id);
}

function drawHolds() {
  const holds = stream
    .objects(RESERVATION)
    .filter((one) => one.status === "sending" || (one.status === "pending" && !isLapsed(one)))
    .toSorted((a, b) => a.hold_expires_at.localeCompare(b.hold_expires_at));
  byId("held").hidden = !holds.length;
  list(byId("holds"), holds, {
    key: (one) => one.reservation_id,
    make: () => filled("hold"),
    update(item, one) {
      const isSending = one.status === "sending";
      fill(item, {
        name: one.service_name,
        when: moment(one.start_at, one.zone),
        seats: seatsIn(one.seats),
        price: one.price ? money(one.price, one.currency) : text("free"),
        left: isSending ? text("sending") : text("left", { time: timeLeft(one).words }),
      });
      item.classList.toggle("is-pending", isSending);
      item.querySelector("button").hidden = isSending;
      item.querySelector("button").onclick = () => openPaying(RESERVATION, one.reservation_id);
    },
  });
}

function say(problem) {
  byId("problem").textContent = problem;
  byId("problem").hidden = !problem;
}

shows([RESERVATION], () => {
  drawHolds();
  picker.draw();
});
shows([SUBSCRIPTION], drawPlans);
setInterval(drawHolds, 1_000);
stream.on("state", ({ state }) => state === "live" && (providers.length ? picker.read() : readProviders()));
