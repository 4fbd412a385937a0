/** The professional's dashboard: requests as they come, her estimates, and how well she does. */

import { chime, stream, text, toast } from "../live/shell.js";
import { tabs } from "../live/tabs.js";
import { showFigures } from "./figures.js";
import { drawEstimates } from "./my_estimates.js";
import { drawRequests } from "./requests.js";
import { ESTIMATE, learnSkills, REQUEST } from "./words.js";

const { user } = document.body.dataset;
const ENDINGS = { report_assigned: "assigned", report_cancelled: "cancelled", report_expired: "expired" };
const NEWS = { report_revised: "revised", report_reopened: "reopened" };
const REDRAWN_MS = 30_000; // so that "in 5 minutes" stays true

tabs(document.querySelector("[role=tablist]"));
stream.on("view", draw);
setInterval(draw, REDRAWN_MS);
learnSkills().then(draw);
showFigures();
showAvailability();

function draw() {
  drawRequests();
  drawEstimates();
}

stream.on("event", ({ event, kind, data }) => {
  const name = event.replace("dispatch.", "");
  if (kind === REQUEST && data) tellOfRequest(name, data);
  if (kind === ESTIMATE && data?.professional_id === user) tellOfEstimate(name, data);
});

function tellOfRequest(name, request) {
  if (name === "estimate_requested") chime();
  if (name in ENDINGS && request.status === "ceased") toast(text(`told_${ENDINGS[name]}`, request));
  if (name in NEWS && isHers(request)) toast(text(`told_${NEWS[name]}`, request));
}

function isHers({ status }) {
  return !["declined", "ceased"].includes(status);
}

function tellOfEstimate(name, estimate) {
  if (name === "estimate_accepted") {
    chime();
    toast(text("told_accepted", estimate), "good");
  }
  if (name === "estimate_declined") toast(text(`told_${estimate.declined_because}`, estimate), "bad");
  if (name === "deposit_paid") toast(text("told_paid", estimate), "good");
}

/** The switch shows what the server says: it is not part of the view. */
async function showAvailability() {
  const available = document.getElementById("available");
  const show = (profile) => {
    available.checked = profile.is_available;
    available.disabled = !profile.is_approved;
    document.getElementById("unapproved").hidden = profile.is_approved;
  };
  available.onchange = async () => {
    const reply = await stream.command("dispatch.set_availability", { is_available: available.checked });
    if (reply.ok) show(reply.data);
    else available.checked = !available.checked;
  };
  const answer = await stream.api.get("/api/dispatch/professional");
  if (answer.status === 200) show(answer.body);
}
