/** A dialog with the calendar of what is booked: another time of the same. */

import { fill, stream, text, toast } from "../live/shell.js";
import { moment } from "../live/words.js";
import { RESERVATION } from "./paying.js";
import { Picker } from "./picker.js";
import { providerPage } from "./rest.js";

const dialog = document.getElementById("moving");
const button = document.getElementById("move");
const refused = dialog.querySelector("[data-refused]");

let reservation = null;
let chosen = null;

const picker = new Picker(dialog.querySelector("[data-picker]"), {
  pick(slot) {
    chosen = slot;
    button.disabled = !slot.availableCapacity;
    button.textContent = text("move_to", { when: moment(slot.startAt, reservation.zone) });
    button.focus();
  },
  isMine: (slot) => Date.parse(slot.startAt) === Date.parse(reservation.start_at),
});

export async function openMoving(one) {
  reservation = one;
  chosen = null;
  button.disabled = true;
  say("");
  fill(dialog, { name: one.service_name, when: moment(one.start_at, one.zone) });
  dialog.showModal();
  const page = await providerPage(one.provider_id);
  const service = page?.services.find((each) => each.service_id === one.service_id);
  if (service) picker.show(service, one.zone);
  else say(text("unavailable"));
}

button.onclick = async () => {
  const moved = { ...reservation, start_at: chosen.startAt, end_at: chosen.endAt };
  const { reservation_id: id, zone } = reservation;
  const echo = [{ kind: RESERVATION, key: id, data: moved }];
  const reply = await stream.command("bookings.reschedule_reservation", { reservation_id: id, start_at: chosen.startAt }, { echo });
  if (reply.ok) {
    dialog.close();
    return toast(text("moved", { when: moment(reply.data.start_at, zone) }), "good");
  }
  say(reply.error.message);
  picker.read({ isFresh: true });
};

function say(problem) {
  refused.textContent = problem;
  refused.hidden = !problem;
}

dialog.querySelector("[data-close]").onclick = () => dialog.close();
