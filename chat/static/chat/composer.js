/** Where one writes: Enter sends, Shift and Enter make a new line. */

import { byId, stream, text } from "../live/shell.js";
import { me, MESSAGE } from "./people.js";
import { sayTyping } from "./presence.js";

const form = byId("composer");
const field = byId("words");

export class Composer {
  #drafts = new Map(); // conversation → words
  #edited = null;

  /** @param {() => object} talk the open conversation */
  constructor(talk, { sent }) {
    this.talk = talk;
    this.sent = sent;
    form.onsubmit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    field.onkeydown = (event) => this.#pressed(event);
    field.oninput = () => this.#typed();
    byId("stop-editing").onclick = () => this.#edit(null);
  }

  /** Another conversation: its words are kept apart. */
  opened(id) {
    if (this.id) this.#drafts.set(this.id, this.#edited ? "" : field.value);
    this.id = id;
    this.#edit(null);
    field.value = this.#drafts.get(id) ?? "";
    this.#fit();
  }

  focus() {
    field.focus();
  }

  edit(message) {
    this.#edit(message);
    this.focus();
  }

  #pressed(event) {
    if (event.key === "Escape" && this.#edited) return this.#edit(null);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #typed() {
    this.#fit();
    sayTyping(this.id, Boolean(field.value.trim()) && !this.#edited);
  }

  #fit() {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
  }

  #edit(message) {
    if (!message && !this.#edited) return;
    this.#edited = message;
    byId("editing").hidden = !message;
    field.value = message?.body ?? "";
    this.#fit();
  }

  #submit() {
    const body = field.value.trim();
    if (!body) return;
    const edited = this.#edited;
    if (edited) {
      this.#edit(null);
      if (body !== edited.body) change("chat.edit", edited, { body }, { body, edited_at: new Date().toISOString() });
      return;
    }
    field.value = "";
    this.#fit();
    sayTyping(this.id, false);
    send(this.id, { body });
    this.sent();
  }
}

/**
 * A lane carries one command at a time, so that no message overtakes another. Who sends several at once names the one
 * before in `after`.
 */
export function send(talkId, { body = "", media = null }) {
  const echo = (id) => [{ kind: MESSAGE, key: id, data: unsent(id, talkId, body, media) }];
  const data = { conversation_id: talkId, body, ...(media && { media_id: media.id }) };
  return stream.command("chat.send", data, { lane: talkId, echo });
}

export function remove(message) {
  change("chat.delete", message, {}, { body: "", media: null, deleted_at: new Date().toISOString() });
}

function change(command, message, data, changed) {
  stream.command(
    command,
    { message_id: message.id, ...data },
    { lane: message.conversation_id, echo: [{ kind: MESSAGE, key: message.id, data: { ...message, ...changed } }] },
  );
}

function unsent(id, talkId, body, media) {
  return {
    id,
    conversation_id: talkId,
    seq: null,
    sender_id: me,
    client_id: id,
    kind: media?.kind ?? "text",
    body,
    media,
    created_at: new Date().toISOString(),
    edited_at: null,
    deleted_at: null,
  };
}

/** The message of a command that was refused for good. */
export function refused({ id, data, echo }, error) {
  return { ...unsent(id, data.conversation_id, data.body, echo[0].data.media), failed: error.message ?? text("refused") };
}
