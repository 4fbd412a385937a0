/** Conversations, and beside them the one that is open; on a phone one of the two. */

import { byId, shows, stream } from "../live/shell.js";
import { Composer, refused, send } from "./composer.js";
import { askAboutMessage, askAboutTalk, askForPeople } from "./dialogs.js";
import { Pane } from "./pane.js";
import { CONVERSATION, MESSAGE, RECEIPTS, UNREAD } from "./people.js";
import { follow } from "./presence.js";
import { listenForSearches } from "./search.js";
import { drawTalks } from "./talks.js";
import { takeFiles } from "./uploads.js";

const address = () => new URLSearchParams(location.search);

const pane = new Pane((message) =>
  askAboutMessage(message, {
    edit: (one) => composer.edit(one),
    again(one) {
      pane.drop(one);
      send(one.conversation_id, one);
    },
    drop: (one) => pane.drop(one),
  }),
);
const composer = new Composer(() => pane.talk, { sent: () => pane.toNewest() });
takeFiles(() => pane.id, { sent: () => pane.toNewest() });
listenForSearches((id, seq) => open(id, seq));
follow(draw);

function draw() {
  drawTalks(pane.id);
  pane.draw();
}

function show(id, seq) {
  byId("chat").dataset.open = String(Boolean(id));
  composer.opened(id);
  pane.show(id, seq);
  drawTalks(id);
}

function open(id, seq = null) {
  if (id !== pane.id) history.pushState(null, "", id ? `?c=${id}` : location.pathname);
  show(id, seq);
  if (id && seq === null && matchMedia("(hover: hover)").matches) composer.focus();
}

async function begin(participant_ids, title = "") {
  const reply = await stream.command("chat.open", { participant_ids, title });
  if (reply.ok) open(reply.data.conversation_id);
}

/** Pages that show somebody lead here by ?with=. */
function arrive() {
  show(address().get("c"));
  if (address().has("with")) begin([address().get("with")]);
}

let isDrawn = false;
shows([CONVERSATION, MESSAGE, UNREAD, RECEIPTS], () => {
  if (!isDrawn) arrive();
  isDrawn = true;
  draw();
});

stream.on("refused", ({ command, error }) => {
  if (command.name === "chat.send") pane.failed(refused(command, error));
});

byId("talks").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(new URLSearchParams(link.search).get("c"));
});
byId("back").onclick = () => open(null);
byId("about").onclick = () => askAboutTalk(pane.talk, { left: () => open(null) });
byId("new").onclick = () => askForPeople({ then: begin });
window.addEventListener("popstate", () => show(address().get("c")));
