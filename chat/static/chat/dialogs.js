/** What one can do with a message, a conversation and people. */

import { byId, fill, filled, list, stream, text, toast } from "../live/shell.js";
import { remove } from "./composer.js";
import { acquaintances, CONVERSATION, me, others, partner, place, titleOf } from "./people.js";
import { isOnline } from "./presence.js";

for (const button of document.querySelectorAll("dialog [data-close]")) {
  button.onclick = () => button.closest("dialog").close();
}

function press(dialog, name, isOffered, act) {
  const button = dialog.querySelector(`[data-do="${name}"]`);
  button.hidden = !isOffered;
  button.onclick = () => {
    dialog.close();
    act();
  };
}

/** @param {{edit: Function, again: Function, drop: Function}} hands */
export function askAboutMessage(message, { edit, again, drop }) {
  const dialog = byId("message-dialog");
  const isMine = message.sender_id === me;
  const isSent = message.seq !== null;
  fill(dialog, { body: message.body, problem: message.failed ?? "" });
  press(dialog, "again", message.failed, () => again(message));
  press(dialog, "drop", message.failed, () => drop(message));
  press(dialog, "copy", message.body, () => navigator.clipboard?.writeText(message.body));
  press(dialog, "edit", isMine && isSent && message.body, () => edit(message));
  press(dialog, "delete", isMine && isSent, () => remove(message));
  press(dialog, "report", !isMine, () => askForReport(message));
  dialog.showModal();
}

function askForReport(message) {
  const dialog = byId("report-dialog");
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const { reason, note } = Object.fromEntries(new FormData(event.target));
    dialog.close();
    const reply = await stream.command("chat.report", { message_id: message.id, reason, note });
    if (reply.ok) toast(text("reported"), "good");
  };
  dialog.querySelector("form").reset();
  dialog.showModal();
}

/** @param {(name: string, data: object) => void} talk.command */
export function askAboutTalk(talk, { left }) {
  const dialog = byId("talk-dialog");
  const person = partner(talk);
  const isGroup = talk.kind === "group";
  const isOwner = isGroup && place(talk)?.role === "owner";
  const command = (name, data, echo = []) => stream.command(name, { conversation_id: talk.id, ...data }, { lane: talk.id, echo });
  fill(dialog, { title: titleOf(talk) });
  list(dialog.querySelector("ul"), [...talk.participants.filter((one) => one.user_id === me), ...others(talk)], {
    key: (one) => one.user_id,
    make: () => filled("person"),
    update(line, one) {
      const state = one.user_id === me ? text("you") : isOnline(one.user_id) ? text("online") : "";
      fill(line, { name: one.name, state, role: isGroup ? text(one.role) : "" });
      const button = line.querySelector("button");
      button.hidden = !isOwner || one.user_id === me;
      button.onclick = () => {
        dialog.close();
        command("chat.remove_participant", { user_id: one.user_id });
      };
    },
  });
  const mute = (is_muted) => () => command("chat.mute", { is_muted }, [{ kind: CONVERSATION, key: talk.id, data: { ...talk, is_muted } }]);
  press(dialog, "mute", !talk.is_muted, mute(true));
  press(dialog, "unmute", talk.is_muted, mute(false));
  press(dialog, "rename", isOwner, () => askForName(talk, command));
  press(dialog, "add", isOwner, () => askForPeople({ without: talk, then: (user_ids) => command("chat.add_participants", { user_ids }) }));
  press(dialog, "leave", isGroup, () => {
    command("chat.leave", {});
    left();
  });
  offerBlocks(dialog, person);
  dialog.showModal();
}

/** Whom one has blocked is no part of the view. */
async function offerBlocks(dialog, person) {
  const block = (name) => async () => {
    const reply = await stream.command(name, { user_id: person.user_id });
    if (reply.ok) toast(text(name === "chat.block" ? "blocked" : "unblocked", { name: person.name }));
  };
  press(dialog, "block", false, () => {});
  press(dialog, "unblock", false, () => {});
  if (!person) return;
  const answer = await stream.api.get("/api/chat/my/blocks");
  const isBlocked = answer.body?.results?.some((one) => one.user_id === person.user_id) ?? false;
  press(dialog, "block", !isBlocked, block("chat.block"));
  press(dialog, "unblock", isBlocked, block("chat.unblock"));
}

function askForName(talk, command) {
  const dialog = byId("name-dialog");
  dialog.querySelector("input").value = talk.title;
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    const { title } = Object.fromEntries(new FormData(event.target));
    dialog.close();
    command("chat.rename", { title }, [{ kind: CONVERSATION, key: talk.id, data: { ...talk, title } }]);
  };
  dialog.showModal();
}

/** Of those one knows; others are written to from the pages that show them, by ?with=. */
export function askForPeople({ without = null, then }) {
  const dialog = byId("people-dialog");
  const form = dialog.querySelector("form");
  const present = new Set(without ? others(without).map((one) => one.user_id) : []);
  form.reset();
  list(form.querySelector("ul"), acquaintances().filter((one) => !present.has(one.user_id)), {
    key: (one) => one.user_id,
    make: () => filled("choice"),
    update(line, one) {
      fill(line, { name: one.name });
      line.querySelector("input").value = one.user_id;
    },
  });
  const chosen = () => new FormData(form).getAll("person");
  const draw = () => {
    form.querySelector("[data-title]").hidden = Boolean(without) || chosen().length < 2;
    form.querySelector("button.primary").disabled = !chosen().length;
  };
  form.onchange = draw;
  form.onsubmit = (event) => {
    event.preventDefault();
    const people = chosen();
    dialog.close();
    then(people, people.length > 1 ? form.elements.title.value : "");
  };
  draw();
  dialog.showModal();
}
