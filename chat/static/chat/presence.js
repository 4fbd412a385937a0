/** Who is there, and who types. Signals may be lost: what they switch on expires, and each new connection asks anew. */

import { stream } from "../live/shell.js";

const TYPING_MS = 6_000;
const SAY_EVERY_MS = 3_000;

const online = new Set();
const typing = new Map(); // conversation → user → timer
const said = new Map(); // conversation → when it was last said that we type

export const isOnline = (userId) => online.has(userId);
export const typists = (talkId) => [...(typing.get(talkId)?.keys() ?? [])];

/** @param {() => void} draw whenever something of it changes */
export function follow(draw) {
  stream.on("state", async ({ state }) => {
    if (state !== "live") return;
    const answer = await stream.api.get("/api/chat/my/presence");
    if (answer.status !== 200) return;
    online.clear();
    for (const person of answer.body) if (person.is_online) online.add(person.user_id);
    draw();
  });
  stream.on("signal", ({ signal, data }) => {
    if (signal === "chat.presence") data.is_online ? online.add(data.user_id) : online.delete(data.user_id);
    else if (signal === "chat.typing") hear(data, draw);
    else return;
    draw();
  });
  stream.on("event", ({ event, data }) => {
    if (event === "chat.message_sent" && data) hear({ ...data, user_id: data.sender_id, is_typing: false }, draw);
  });
}

function hear({ conversation_id, user_id, is_typing }, draw) {
  if (!typing.has(conversation_id)) typing.set(conversation_id, new Map());
  const users = typing.get(conversation_id);
  clearTimeout(users.get(user_id));
  users.delete(user_id);
  if (!is_typing) return;
  const expire = () => {
    users.delete(user_id);
    draw();
  };
  users.set(user_id, setTimeout(expire, TYPING_MS));
}

export function sayTyping(talkId, isTyping) {
  const now = performance.now();
  if (isTyping ? now - (said.get(talkId) ?? -Infinity) < SAY_EVERY_MS : !said.has(talkId)) return;
  if (isTyping) said.set(talkId, now);
  else said.delete(talkId);
  stream.signal("chat.typing", { conversation_id: talkId, is_typing: isTyping });
}
