/** The list of conversations, the latest activity first. */

import { fill, filled, list, stream, text } from "../live/shell.js";
import { clock, day, number } from "../live/words.js";
import { inShort, me, MESSAGE, nameOf, partner, talks, titleOf, UNREAD } from "./people.js";
import { isOnline, typists } from "./presence.js";

const element = document.getElementById("talks");

export function drawTalks(openId) {
  const newest = newestMessages();
  const latest = (talk) => newest.get(talk.id)?.created_at ?? talk.created_at;
  const shown = talks().toSorted((a, b) => latest(b).localeCompare(latest(a)));
  list(element, shown, {
    key: (talk) => talk.id,
    make: () => filled("talk-line"),
    update: (line, talk) => drawLine(line, talk, newest.get(talk.id), talk.id === openId),
  });
}

function drawLine(line, talk, message, isOpen) {
  const unread = stream.object(UNREAD, talk.id)?.unread ?? 0;
  const who = typists(talk.id);
  const person = partner(talk);
  fill(line, {
    initial: [...titleOf(talk)][0].toUpperCase(),
    title: titleOf(talk),
    last: who.length ? text("types", { name: nameOf(talk, who[0]) }) : message ? lastWords(talk, message) : "",
    at: message ? when(message.created_at) : "",
    unread: unread ? number(unread) : "",
    online: person && isOnline(person.user_id) ? text("online") : "",
    muted: talk.is_muted ? text("muted") : "",
  });
  const link = line.querySelector("a");
  link.href = `?c=${talk.id}`;
  if (isOpen) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  link.classList.toggle("is-unread", unread > 0);
  line.querySelector(".badge").hidden = !unread;
  line.querySelector(".dot").hidden = !(person && isOnline(person.user_id));
  line.querySelector(".mute").hidden = !talk.is_muted;
}

function lastWords(talk, message) {
  if (message.sender_id === me) return text("you_said", { words: inShort(message) });
  return talk.kind === "group" ? text("somebody_said", { name: nameOf(talk, message.sender_id), words: inShort(message) }) : inShort(message);
}

export function when(instant) {
  const isToday = new Date(instant).toDateString() === new Date().toDateString();
  return isToday ? clock(instant) : day(instant);
}

/** Of what waits to be sent, the last is the newest. */
function newestMessages() {
  const newest = new Map();
  for (const message of stream.objects(MESSAGE)) {
    const former = newest.get(message.conversation_id);
    if (!former || (message.seq ?? Infinity) >= (former.seq ?? Infinity)) newest.set(message.conversation_id, message);
  }
  return newest;
}
