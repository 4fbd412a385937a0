/**
 * What a guard says of a vehicle: that it passed, or did something it should not. Each is a command, kept until the
 * server has answered it: a gate without a network goes on.
 */

import { byId, fill, filled, list, stream, text } from "../live/shell.js";
import { clock } from "../live/words.js";
import { named } from "./figures.js";

const SHOWN = 8;
const TYPES = [
  "Parking Violation", "Speed Violation", "No Valid Registration", "No Valid License", "Reckless Driving", "Unauthorized Entry",
  "Improper Parking", "Vehicle Modification", "Over Speeding", "Expired MVP Registration", "Other",
];
const TONES = { recorded: "good", repeated: "", sending: "warn", refused: "bad" };

const sent = []; // the newest first

export function watchGate() {
  byId("report").elements.type.append(...TYPES.map((type) => new Option(named(type), type)));
  wire(byId("scan"), "fleet.record_scan", ({ plate, direction }) => text("scanned", { plate, direction: text(direction) }));
  wire(byId("report"), "fleet.report_violation", ({ plate, type }) => text("reported", { plate, type: named(type) }));
}

function wire(form, command, words) {
  form.onsubmit = (event) => {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
    const at = new Date(stream.now());
    tell(command, { ...said, at: at.toISOString() }, { what: words(said), at });
    form.elements.plate.value = "";
    if (form.elements.note) form.elements.note.value = "";
    form.elements.plate.focus();
  };
}

async function tell(command, data, { what, at }) {
  const one = { number: `${sent.length}`, what, at, outcome: "sending", message: "" };
  sent.unshift(one);
  draw();
  const reply = await stream.command(command, data, { lane: command });
  one.outcome = reply.ok ? reply.data.result : "refused";
  one.message = reply.ok ? "" : [reply.error.message, ...Object.values(reply.error.details ?? {}).flat()].join(" ");
  draw();
}

function draw() {
  list(byId("sent"), sent.slice(0, SHOWN), {
    key: (one) => one.number,
    make: () => filled("event"),
    update(item, { what, at, outcome, message }) {
      fill(item, { what, at: clock(at), outcome: outcome === "refused" ? text("refused_because", { message }) : text(outcome) });
      item.querySelector(".tag").className = `tag ${TONES[outcome]}`;
    },
  });
}
