/** The board fleet.violations: the newest, and for officers what becomes of them. */

import { byId, fill, filled, list, stream, text } from "../live/shell.js";
import { ago, moment, number } from "../live/words.js";
import { Fresh, members } from "./fresh.js";
import { named } from "./figures.js";

const AT_ONCE = 10;
const TONES = { pending: "warn", confirmed: "", sanctioned: "bad", dismissed: "" };
const DECISIONS = {
  "fleet.confirm_violation": "pending",
  "fleet.dismiss_violation": "pending",
  "fleet.sanction_violation": "confirmed",
};

const fresh = new Fresh(({ status, vehicle_id: vehicle }) => `${status} ${vehicle}`, () => draw());
const underWay = new Set(); // ids that an answer is waited for
const answered = new Map(); // id → {violation: as a command answered it, was: on the board}; until the board moves on

let board = null;
let most = AT_ONCE;

export function showViolations(data) {
  board = data;
  const all = members(data, "violation");
  for (const { id, status } of all) if (answered.has(id) && answered.get(id).was !== status) answered.delete(id);
  fresh.look(all);
  draw();
}

function draw() {
  if (!board) return;
  const state = byId("state").value;
  const all = members(board, "violation")
    .map((one) => answered.get(one.id)?.violation ?? one)
    .filter((one) => !state || one.status === state)
    .toSorted((a, b) => b.reported_at.localeCompare(a.reported_at) || b.id.localeCompare(a.id));
  list(byId("violations"), all.slice(0, most), { key: ({ id }) => id, make: () => filled("violation"), update: drawViolation });
  byId("more").hidden = all.length <= most;
  byId("more").textContent = text("more", { count: number(Math.min(AT_ONCE, all.length - most)) });
}

function drawViolation(item, one) {
  const sanction = one.sanction_type ? `: ${text(one.sanction_type)}` : "";
  fill(item, {
    type: named(one.type),
    status: text(one.status) + sanction,
    plate_number: one.plate_number,
    owner: one.vehicle_id ? [one.owner_name, one.department].filter(Boolean).join(", ") : text("unregistered"),
    when: fresh.has(one.id) ? text("just_now") : ago(one.reported_at),
    by: text("reported_by", { name: one.reported_by || "–" }),
    note: one.note,
  });
  item.classList.toggle("is-new", fresh.has(one.id));
  item.classList.toggle("is-pending", underWay.has(one.id));
  item.querySelector(".tag").className = `tag ${TONES[one.status]}`;
  item.querySelector("[data-field=when]").title = moment(one.reported_at);
  for (const button of item.querySelectorAll("[data-command]")) {
    const { command } = button.dataset;
    button.hidden = DECISIONS[command] !== one.status || (command === "fleet.confirm_violation" && !one.vehicle_id);
    button.disabled = underWay.has(one.id);
    button.onclick = () => decide(command, one);
  }
}

async function decide(command, { id }) {
  underWay.add(id);
  draw();
  const reply = await stream.command(command, { violation_id: id }, { lane: id });
  underWay.delete(id);
  const was = board[`violation:${id}`]?.status;
  // What a sanction answers is the sanction; the board brings the violation.
  if (reply.ok && reply.data.id === id && reply.data.status !== was) answered.set(id, { violation: reply.data, was });
  draw();
}

byId("state").onchange = () => {
  most = AT_ONCE;
  draw();
};
byId("more").onclick = () => {
  most += AT_ONCE;
  draw();
};
setInterval(draw, 60_000);
