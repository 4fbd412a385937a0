/** The open conversation: what is in sight, what was read, how far one has scrolled. */

import { byId, fill, stream, text } from "../live/shell.js";
import { number } from "../live/words.js";
import { drawBubbles } from "./bubbles.js";
import { History } from "./history.js";
import { aboutOf, me, nameOf, others, partner, talkOf, titleOf, UNREAD } from "./people.js";
import { isOnline, typists } from "./presence.js";

const NEAR = 150; // pixels
const READ_AFTER_MS = 300;

const pane = byId("talk");
const scroller = byId("scroller");
const log = byId("log");
const bubbles = byId("bubbles");

export class Pane {
  #histories = new Map(); // conversation → what is known of it
  #failed = new Map(); // conversation → messages that were refused
  #reading = null; // a timer
  #said = new Map(); // conversation → up to where we have said that it was read
  #toBottom = true; // whether new messages are to be in sight
  #unreadAfter = null;
  #isPlaced = false; // whether one was taken to what is unread
  #begun = null; // the conversation that was drawn before; one that was asked for may come later

  /** @param {(message: object) => void} act on a message */
  constructor(act) {
    this.act = act;
    this.id = null;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    document.addEventListener("visibilitychange", () => this.#readSoon());
    window.addEventListener("focus", () => this.#readSoon());
    window.addEventListener("resize", () => this.#toBottom && this.#goDown());
    byId("newest").onclick = () => this.toNewest();
    stream.on("reloaded", () => this.#histories.forEach((history) => history.forget()));
    stream.on("state", ({ state }) => state === "live" && this.#fillUp());
  }

  get talk() {
    return this.id && talkOf(this.id);
  }

  async show(id, seq = null) {
    if (id !== this.id) this.#begun = null;
    this.id = id;
    this.draw();
    if (this.talk && seq !== null && (await this.#history.find(seq))) this.#goTo(seq);
  }

  draw() {
    const { talk } = this;
    pane.hidden = !talk;
    byId("choose").hidden = Boolean(talk);
    if (!talk) return;
    if (this.#begun !== this.id) this.#begin();
    this.#drawHeader(talk);
    this.#drawMessages(talk);
    this.#drawBelow();
    this.#readSoon();
  }

  toNewest() {
    this.#history.toNewest();
    this.#toBottom = true;
    this.draw();
  }

  /** What was refused for good is kept in sight until somebody has decided what to do with it. */
  failed(message) {
    this.#failed.set(message.conversation_id, [...(this.#failed.get(message.conversation_id) ?? []), message]);
    this.draw();
  }

  drop(message) {
    const kept = (this.#failed.get(message.conversation_id) ?? []).filter((one) => one !== message);
    this.#failed.set(message.conversation_id, kept);
    this.draw();
  }

  get #history() {
    if (!this.#histories.has(this.id)) this.#histories.set(this.id, new History(this.talk));
    return this.#histories.get(this.id);
  }

  #begin() {
    const { unread, read_seq } = stream.object(UNREAD, this.id) ?? { unread: 0 };
    this.#begun = this.id;
    this.#unreadAfter = unread ? read_seq : null;
    this.#toBottom = this.#isPlaced = !unread;
    this.#history.toNewest();
    bubbles.replaceChildren();
    queueMicrotask(() => this.#fillUp());
  }

  /** Enough to fill the pane, and all that was not read. */
  async #fillUp() {
    const { id } = this;
    if (!this.talk) return;
    while (this.id === id) {
      const { messages, hasOlder } = this.#history.run();
      const lacksUnread = this.#unreadAfter !== null && messages[0]?.seq > this.#unreadAfter + 1;
      if (!hasOlder || !(lacksUnread || scroller.scrollHeight <= scroller.clientHeight + NEAR)) break;
      if (!(await this.#history.older())) break;
      this.draw();
    }
    if (this.id === id) this.#goToUnread();
  }

  /** Once: then one scrolls oneself. */
  #goToUnread() {
    const line = bubbles.querySelector('[data-key="unread"]');
    if (this.#isPlaced || !line) return;
    this.#isPlaced = true;
    scroller.scrollTop = line.offsetTop - 8;
    this.#scrolled();
  }

  #drawHeader(talk) {
    const who = typists(talk.id).map((user) => nameOf(talk, user));
    const person = partner(talk);
    const here = person && isOnline(person.user_id) ? text("online") : "";
    const count = talk.kind === "group" ? text("people_count", { count: number(others(talk).length + 1) }) : "";
    fill(pane, {
      title: titleOf(talk),
      about: [here || count, aboutOf(talk)].filter(Boolean).join(" · "),
      typing: who.length ? text("types", { name: who.join(", ") }) : "",
    });
    const isOpen = others(talk).length > 0;
    byId("composer").hidden = !isOpen;
    byId("closed").hidden = isOpen;
  }

  #drawMessages(talk) {
    const { messages, waiting, isAtEnd } = this.#history.run();
    const known = new Set(messages.map((message) => message.client_id));
    const unsent = [...waiting, ...(this.#failed.get(talk.id) ?? [])].filter((message) => !known.has(message.client_id));
    const kept = this.#keepPlace();
    drawBubbles(bubbles, talk, [...messages, ...unsent], { unreadAfter: this.#unreadAfter, act: this.act });
    if (this.#toBottom && isAtEnd) this.#goDown();
    else kept();
  }

  /** What was read stays where it was on the screen, whatever comes before it. */
  #keepPlace() {
    const first = [...bubbles.children].find((child) => child.offsetTop + child.offsetHeight > scroller.scrollTop);
    const above = first && first.offsetTop - scroller.scrollTop;
    return () => {
      if (first?.isConnected) scroller.scrollTop = first.offsetTop - above;
    };
  }

  #goDown() {
    scroller.scrollTop = scroller.scrollHeight;
  }

  #goTo(seq) {
    this.#toBottom = false;
    this.#isPlaced = true;
    this.draw();
    const bubble = bubbles.querySelector(`[data-seq="${seq}"]`);
    if (!bubble) return;
    bubble.scrollIntoView({ block: "center" });
    bubble.querySelector(".bubble").focus();
  }

  async #scrolled() {
    const { isAtEnd, hasOlder } = this.#history.run();
    const below = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    this.#toBottom = isAtEnd && below < NEAR;
    this.#drawBelow();
    this.#readSoon();
    if (scroller.scrollTop < NEAR && hasOlder) await this.#load(() => this.#history.older());
    else if (below < NEAR && !isAtEnd) await this.#load(() => this.#history.newer());
  }

  /** Screen readers are not read what is old. */
  async #load(pages) {
    log.setAttribute("aria-busy", "true");
    if (await pages()) this.draw();
    log.removeAttribute("aria-busy");
  }

  #drawBelow() {
    const unread = stream.object(UNREAD, this.id)?.unread ?? 0;
    byId("newest").hidden = this.#toBottom;
    fill(byId("newest"), { count: unread ? number(unread) : "" });
  }

  // Read is what somebody has had in sight.

  #readSoon() {
    this.#reading ??= setTimeout(() => {
      this.#reading = null;
      this.#read();
    }, READ_AFTER_MS);
  }

  #read() {
    if (!this.talk || document.visibilityState !== "visible" || !document.hasFocus()) return;
    const { read_seq, unread } = stream.object(UNREAD, this.id) ?? {};
    const seq = this.#lastInSight();
    if (!unread || seq <= Math.max(read_seq, this.#said.get(this.id) ?? 0)) return;
    this.#said.set(this.id, seq);
    const isAll = seq === this.#history.run().newest;
    stream.command(
      "chat.mark_read",
      { conversation_id: this.id, seq },
      { echo: isAll ? [{ kind: UNREAD, key: this.id, data: { unread: 0, read_seq: seq } }] : [] },
    );
  }

  #lastInSight() {
    const bottom = scroller.scrollTop + scroller.clientHeight;
    const seen = [...bubbles.children].findLast((child) => child.dataset.seq && child.offsetTop + child.offsetHeight / 2 < bottom);
    return Number(seen?.dataset.seq ?? 0);
  }
}
