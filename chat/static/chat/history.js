/**
 * The messages of one conversation that are known: those of the view, and pages that came by REST. They are numbered
 * without a gap, so what is shown is a run of numbers: the newest, or the one around a message that was looked for.
 */

import { stream } from "../live/shell.js";
import { MESSAGE } from "./people.js";

const PAGE = 50;

export class History {
  #fetched = new Map(); // seq → message
  #loading = null; // a page that is under way
  #anchor = null; // a seq; without, the newest

  constructor(talk) {
    this.id = talk.id;
    this.since = talk.since_seq;
  }

  /** Those of the view come and change by events; the others are as they were when they were asked for. */
  run() {
    const known = new Map(this.#fetched);
    const waiting = [];
    for (const message of stream.objects(MESSAGE)) {
      if (message.conversation_id !== this.id) continue;
      if (message.seq === null) waiting.push(message);
      else known.set(message.seq, message);
    }
    const newest = Math.max(this.since, ...known.keys());
    let [first, last] = [this.#anchor ?? newest, this.#anchor ?? newest];
    while (known.has(first - 1)) first -= 1;
    while (known.has(last + 1)) last += 1;
    const messages = [];
    for (let seq = first; seq <= last; seq++) if (known.has(seq)) messages.push(known.get(seq));
    const isAtEnd = last === newest;
    return { messages, waiting: isAtEnd ? waiting : [], newest, isAtEnd, hasOlder: first > this.since + 1 };
  }

  /** Whoever waits for it meanwhile is told that nothing more came. */
  older() {
    const [first] = this.run().messages;
    return this.#load(first ? `before=${first.seq}` : "");
  }

  newer() {
    return this.#load(`after=${this.run().messages.at(-1).seq}`);
  }

  async find(seq) {
    const isKnown = () => this.run().messages.some((message) => message.seq === seq);
    while (this.#loading) await this.#loading;
    if (!isKnown()) await this.#load(`around=${seq}`);
    if (!isKnown() && this.#fetched.has(seq)) this.#anchor = seq;
    return isKnown();
  }

  toNewest() {
    this.#anchor = null;
  }

  /** What was fetched may have changed unheard. */
  forget() {
    this.#fetched.clear();
    this.#anchor = null;
  }

  async #load(where) {
    if (this.#loading) return false;
    this.#loading = this.#fetch(where);
    const isMore = await this.#loading;
    this.#loading = null;
    return isMore;
  }

  async #fetch(where) {
    const answer = await stream.api.get(`/api/chat/my/conversations/${this.id}/messages?limit=${PAGE}&${where}`);
    if (answer.status !== 200) return false;
    for (const message of answer.body.messages) this.#fetched.set(message.seq, message);
    return answer.body.messages.length > 0;
  }
}
