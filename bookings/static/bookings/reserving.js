/** The dialog in which a slot becomes a reservation, or a place on its waitlist. */

import { fill, stream, text, toast } from "../live/shell.js";
import { moment, money, number } from "../live/words.js";
import { openPaying, RESERVATION } from "./paying.js";
import { now } from "./rest.js";

const dialog = document.getElementById("reserving");
const form = dialog.querySelector("form");
const attendees = document.getElementById("attendees");
const HELD_SECONDS = 60_000; // an echo of a hold shows this much until the server says

let shown = null; // {slot, service, provider, changed}

/** @param {() => void} changed called when the seats of the slot may be others */
export function openReserving(slot, service, provider, changed) {
  shown = { slot, service, provider, changed };
  form.reset();
  attendees.replaceChildren();
  say("");
  draw();
  dialog.showModal();
}

function draw() {
  const { slot, service, provider } = shown;
  const free = slot.availableCapacity;
  form.elements.seats.max = free || slot.totalCapacity;
  fill(dialog, {
    service: service.name,
    provider: provider.business_name,
    when: moment(slot.startAt, provider.zone),
    free: text("seats_left", { free: number(free), total: number(slot.totalCapacity) }),
  });
  for (const part of dialog.querySelectorAll("[data-free]")) part.hidden = !free;
  for (const part of dialog.querySelectorAll("[data-full]")) part.hidden = Boolean(free);
  for (const control of attendees.querySelectorAll("input")) control.disabled = !free;
  total();
}

function total() {
  const price = shown.service.price * (form.elements.seats.valueAsNumber || 0);
  fill(dialog, { total: price ? text("total", { price: money(price, shown.provider.currency) }) : text("free") });
  document.getElementById("add-attendee").disabled = attendees.children.length >= form.elements.seats.valueAsNumber;
}

function addAttendee() {
  const row = document.getElementById("attendee").content.firstElementChild.cloneNode(true);
  fill(row, { label: text("attendee", { count: number(attendees.children.length + 1) }) });
  row.querySelector("button").onclick = () => {
    row.remove();
    total();
    document.getElementById("add-attendee").focus();
  };
  attendees.append(row);
  row.querySelector("input").focus();
  total();
}

function wanted() {
  const { slot, service } = shown;
  return { service_id: service.service_id, start_at: slot.startAt, seats: form.elements.seats.valueAsNumber };
}

async function reserve() {
  const { slot, service, provider, changed } = shown;
  const people = [...attendees.children].map((row) => ({
    name: row.querySelector("input").value,
    type: row.querySelector("select").value,
  }));
  const data = { ...wanted(), attendees: people, notes: form.elements.notes.value };
  const reply = await stream.command("bookings.reserve", data, { echo: (id) => [echo(id, data, slot, service, provider)] });
  changed();
  if (reply.ok) {
    dialog.close();
    return openPaying(RESERVATION, reply.data.reservation_id);
  }
  refused(reply.error);
}

/** What is shown until the server has answered: under the id of the command, since the reservation has none yet. */
function echo(id, data, slot, service, provider) {
  const reservation = {
    ...{ reservation_id: id, provider_id: provider.provider_id, provider_name: provider.business_name },
    ...{ service_id: service.service_id, service_name: service.name, start_at: slot.startAt, end_at: slot.endAt },
    ...{ zone: provider.zone, seats: data.seats, price: service.price * data.seats, currency: provider.currency },
    ...{ status: "sending", policy: provider.policy, hold_expires_at: new Date(now().getTime() + HELD_SECONDS).toISOString() },
  };
  return { kind: RESERVATION, key: id, data: reservation };
}

/** Of what was refused, the next step that makes sense. */
function refused({ code, message, details }) {
  if (code === "reserved_already") {
    dialog.close();
    return openPaying(RESERVATION, details.reservation_id);
  }
  if (code !== "slot_full") return say([message, ...Object.values(details ?? {}).flat().filter((words) => typeof words === "string")].join(" "));
  const left = details?.available ?? 0;
  shown.slot = { ...shown.slot, availableCapacity: left };
  draw();
  say(left ? text("too_few", { count: number(left) }) : text("none_left"));
}

async function wait() {
  const { changed } = shown;
  const reply = await stream.command("bookings.join_waitlist", wanted());
  changed();
  if (!reply.ok) return say(reply.error.message);
  dialog.close();
  toast(text("on_the_list"), "good");
}

function say(problem) {
  const place = dialog.querySelector("[data-problem]");
  place.textContent = problem;
  place.hidden = !problem;
}

form.onsubmit = (event) => {
  event.preventDefault();
  say("");
  (event.submitter?.value === "wait" || !shown.slot.availableCapacity ? wait : reserve)();
};
form.elements.seats.oninput = total;
document.getElementById("add-attendee").onclick = addAttendee;
document.getElementById("reserving-close").onclick = () => dialog.close();
