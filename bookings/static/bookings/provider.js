/** What those who work for a provider look at all day: figures, who comes, what customers do. */

import { byId, chime, list, stream, text, toast } from "../live/shell.js";
import { Agenda } from "./agenda.js";
import { showFigures } from "./figures.js";
import { references } from "./references.js";

const KEPT = "bookings.provider"; // which was chosen last
const agenda = new Agenda(byId("agenda"), { drawn: references.draw });

let providers = [];
let ends = []; // of the boards that are watched

async function begin() {
  const answer = await stream.api.get("/api/bookings/providers/mine");
  byId("problem").hidden = answer.status === 200;
  byId("problem").textContent = answer.status === 200 ? "" : (answer.body?.message ?? text("unavailable"));
  if (answer.status !== 200) return;
  providers = answer.body.results;
  drawChoice();
  const kept = providers.find((one) => one.provider_id === localStorage.getItem(KEPT));
  choose(kept ?? providers[0]);
}

function drawChoice() {
  byId("which").hidden = providers.length < 2;
  list(byId("providers"), providers, {
    key: (one) => one.provider_id,
    make: () => document.createElement("option"),
    update: (option, one) => Object.assign(option, { value: one.provider_id, textContent: one.business_name }),
  });
  byId("providers").onchange = ({ target }) => choose(providers.find((one) => one.provider_id === target.value));
}

function choose(provider) {
  if (!provider) return;
  localStorage.setItem(KEPT, provider.provider_id);
  byId("providers").value = provider.provider_id;
  ends.forEach((end) => end());
  agenda.show(provider);
  references.show(provider, agenda);
  ends = [
    stream.watch(`bookings.provider:${provider.provider_id}`, (board) => showFigures(provider, board)),
    stream.watch(`bookings.agenda:${provider.provider_id}`, (board) => agenda.showBoard(board)),
  ];
}

stream.on("event", ({ event }) => {
  if (event !== "bookings.reservation_created") return;
  chime();
  toast(text("new_reservation"), "good");
});
stream.on("state", ({ state }) => state === "live" && !providers.length && begin());
