/** The messages of the open conversation: days, what is unread, words, pictures, ticks. */

import { fill, filled, list, stream, text } from "../live/shell.js";
import { clock, day, number } from "../live/words.js";
import { me, nameOf, others, RECEIPTS } from "./people.js";

const TICKS = { waiting: "⧗", failed: "!", sent: "✓", delivered: "✓✓", read: "✓✓" };

/**
 * @param {number} unreadAfter a seq: a line stands before what others have said after it
 * @param {(message: object) => void} act is called for what a person wants to do with a message
 */
export function drawBubbles(element, talk, messages, { unreadAfter, act }) {
  const reach = reachOf(talk);
  list(element, withLines(messages, unreadAfter), {
    key: (item) => item.line ?? item.client_id,
    make: (item) => (item.line ? filled("line") : filled("bubble")),
    update: (child, item) => (item.line ? fill(child, { words: item.words }) : drawBubble(child, talk, item, reach, act)),
  });
}

function withLines(messages, unreadAfter) {
  const items = [];
  let shownDay = "";
  let isMarked = unreadAfter === null;
  for (const message of messages) {
    const itsDay = new Date(message.created_at).toDateString();
    if (itsDay !== shownDay) items.push({ line: `day ${itsDay}`, words: day(message.created_at) });
    shownDay = itsDay;
    if (!isMarked && message.seq > unreadAfter && message.sender_id !== me) {
      items.push({ line: "unread", words: text("unread") });
      isMarked = true;
    }
    items.push(message);
  }
  return items;
}

function drawBubble(bubble, talk, message, reach, act) {
  const isMine = message.sender_id === me;
  const state = isMine && !message.deleted_at ? stateOf(message, reach) : "";
  bubble.dataset.seq = message.seq ?? "";
  bubble.classList.toggle("mine", isMine);
  bubble.classList.toggle("is-deleted", Boolean(message.deleted_at));
  bubble.dataset.state = state;
  fill(bubble, {
    sender: isMine ? text("you") : nameOf(talk, message.sender_id),
    body: message.deleted_at ? text("deleted") : message.body,
    at: clock(message.created_at),
    edited: message.edited_at && !message.deleted_at ? text("edited") : "",
    tick: TICKS[state] ?? "",
    state: state && text(`is_${state}`, { why: message.failed }),
  });
  bubble.querySelector(".sender").classList.toggle("unseen", isMine || talk.kind === "direct");
  drawMedia(bubble.querySelector(".media"), message.media);
  const button = bubble.querySelector("button");
  button.hidden = Boolean(message.deleted_at) || state === "waiting";
  button.onclick = () => act(message);
}

/** By the cookie of the page, so that the address does not expire. Without one, a client asks for a signed address. */
function drawMedia(element, media) {
  if (element.dataset.id === (media?.id ?? "")) return;
  element.dataset.id = media?.id ?? "";
  element.replaceChildren(...(media ? [media.kind === "image" ? picture(media) : file(media)] : []));
}

function picture(media) {
  const link = filled("picture");
  const image = link.querySelector("img");
  link.href = image.src = addressOf(media);
  image.width = media.width;
  image.height = media.height;
  image.alt = media.name || text("picture");
  return link;
}

function file(media) {
  const link = filled("file", { name: media.name, size: sizeOf(media.size) });
  link.href = addressOf(media);
  link.download = media.name;
  return link;
}

export function sizeOf(bytes) {
  const [unit, size] = bytes >= 1e6 ? ["megabyte", 1e6] : bytes >= 1e3 ? ["kilobyte", 1e3] : ["byte", 1];
  return number(bytes / size, { style: "unit", unit, maximumFractionDigits: 1 });
}

function addressOf({ id }) {
  return `/api/chat/media/${id}`;
}

/** How far all the others have come. Of large groups nobody is told. */
function reachOf(talk) {
  const positions = stream.object(RECEIPTS, talk.id)?.participants ?? {};
  const theirs = others(talk).map((person) => positions[person.user_id]).filter(Boolean);
  if (!theirs.length) return { delivered: 0, read: 0 };
  return {
    delivered: Math.min(...theirs.map((one) => one.delivered_seq)),
    read: Math.min(...theirs.map((one) => one.read_seq)),
  };
}

function stateOf(message, reach) {
  if (message.failed) return "failed";
  if (message.seq === null) return "waiting";
  if (message.seq <= reach.read) return "read";
  return message.seq <= reach.delivered ? "delivered" : "sent";
}
