/** Who is who, and what is what, in the conversations of this view. */

import { stream, text } from "../live/shell.js";

export const CONVERSATION = "chat.conversation";
export const MESSAGE = "chat.message";
export const UNREAD = "chat.unread";
export const RECEIPTS = "chat.receipts";

export const me = document.body.dataset.user;

export function talks() {
  return stream.objects(CONVERSATION);
}

export function talkOf(id) {
  return stream.object(CONVERSATION, id);
}

/** Those who are in it now. */
export function others(talk) {
  return talk.participants.filter((person) => person.user_id !== me && person.is_active);
}

export function place(talk) {
  return talk.participants.find((person) => person.user_id === me);
}

/** The other one of a conversation of two, also if blocked. */
export function partner(talk) {
  return talk.kind === "direct" ? talk.participants.find((person) => person.user_id !== me) : null;
}

export function titleOf(talk) {
  if (talk.kind === "direct") return partner(talk)?.name || text("somebody");
  return talk.title || others(talk).map((person) => person.name).join(", ") || text("nobody");
}

/** What it is about, in words: of a context, what is no id. */
export function aboutOf(talk) {
  const said = Object.entries(talk.context).filter(([name, value]) => !name.endsWith("_id") && typeof value === "string");
  const title = talk.kind === "direct" ? talk.title : "";
  return [...new Set([title, ...said.map(([, value]) => value)])].filter(Boolean).join(" · ");
}

export function nameOf(talk, userId) {
  return talk.participants.find((person) => person.user_id === userId)?.name || text("somebody");
}

/** All with whom there is a conversation. */
export function acquaintances() {
  const people = new Map();
  for (const talk of talks()) {
    for (const person of talk.participants) if (person.user_id !== me) people.set(person.user_id, person);
  }
  return [...people.values()].toSorted((a, b) => a.name.localeCompare(b.name));
}

/** A message in one line. */
export function inShort(message) {
  if (message.deleted_at) return text("deleted");
  return message.body || text(message.kind === "image" ? "picture" : "file");
}
