import { Emitter } from "./emitter.js";
import { uuid7 } from "./ids.js";

/**
 * Commands that have no answer yet. They are kept in the store, and carried out by one tab, which holds a lock; the
 * others tell it of theirs. Of each lane one is under way at a time, so that none overtakes another.
 */
export class CommandQueue extends Emitter {
  constructor(timing, now) {
    super();
    this.timing = timing;
    this.now = now;
    this.commands = new Map(); // id → command, in the order they were given
    this.answers = new Map(); // id → what waits for its answer in this page
    this.echoed = new Map(); // id → echo of what was answered, until its event comes
    this.heardOf = new Set(); // ids whose event came before the answer
    this.underWay = new Set();
    this.resting = new Set(); // lanes that wait before they try again
    this.isOurs = false; // the lock
    this.transport = null;
  }

  open(store, commands, name) {
    this.store = store;
    for (const command of commands) this.commands.set(command.id, command);
    if (!name || !navigator.locks) return this.#lead();
    this.tabs = new BroadcastChannel(name);
    this.tabs.onmessage = ({ data }) => this.#told(data);
    this.release = new AbortController();
    navigator.locks
      .request(`${name}:queue`, { signal: this.release.signal }, () => this.#lead())
      .catch(() => {}); // the page was closed first
  }

  close() {
    this.release?.abort();
    this.leave?.();
    this.tabs?.close();
    this.tabs = null; // what is stored from now on, the next page to open reads
    this.transport = null;
  }

  /**
   * @param {{echo?: object[], lane?: string, expiresAt?: Date}} options
   * @returns {{id: string, answer: Promise<{ok: boolean, data?: any, error?: any}>}}
   */
  add(name, data, { echo = [], lane = name, expiresAt } = {}) {
    const id = uuid7(this.now());
    const of = typeof echo === "function" ? echo(id) : echo;
    const command = { id, name, data, lane, echo: of.map((one) => ({ ...one, key: String(one.key) })) };
    if (expiresAt) command.expires_at = expiresAt.toISOString();
    const answer = new Promise((resolve) => this.answers.set(id, resolve));
    this.#take(command);
    this.store.addCommand(command).then(() => {
      this.tabs?.postMessage({ added: command });
      this.#flush();
    });
    return { id, answer };
  }

  /** What lies over the view, the newest last. */
  echoes() {
    const waiting = [...this.commands.values()].filter(({ id }) => !this.heardOf.has(id)).flatMap(({ echo }) => echo);
    return [...[...this.echoed.values()].flat(), ...waiting];
  }

  /** @param {(frame: object) => boolean} send over a socket, which takes so many at once */
  attach(send, limit) {
    this.transport = { limit, carry: (commands) => commands.forEach((command) => send(frame(command))) };
    this.#flush();
  }

  attachApi(api) {
    this.transport = { limit: 100, carry: (commands) => this.#post(api, commands) };
    this.#flush();
  }

  /** What was under way may have been done: it is sent again, with its id. */
  detach() {
    this.transport = null;
    this.underWay.clear();
  }

  /** An event says which command it comes from: it shows what the echo has shown. */
  heard(id) {
    if (this.echoed.delete(id)) return;
    if (this.commands.has(id)) this.heardOf.add(id);
  }

  /** The view is fresh: what was answered is in it. */
  reloaded() {
    this.echoed.clear();
  }

  settle(reply) {
    const command = this.commands.get(reply.id);
    if (!command) return;
    this.underWay.delete(reply.id);
    if (!reply.ok && reply.error.temporary) return this.#rest(command, reply.error.retry_after_ms);
    this.store.removeCommand(reply.id);
    this.tabs?.postMessage({ settled: reply });
    this.#settled(command, reply);
    this.#flush();
  }

  // All tabs.

  #take(command) {
    this.commands.set(command.id, command);
    this.emit("change", kinds(command));
  }

  #told({ added, settled }) {
    if (added && !this.commands.has(added.id)) this.#take(added);
    if (settled && this.commands.has(settled.id)) this.#settled(this.commands.get(settled.id), settled);
    this.#flush();
  }

  #settled(command, reply) {
    this.commands.delete(command.id);
    const isShown = this.heardOf.delete(command.id) || !command.echo.length || !reply.ok;
    if (!isShown) this.#linger(command);
    this.emit("change", kinds(command));
    if (!reply.ok) this.emit("refused", { command, error: reply.error });
    this.answers.get(command.id)?.(reply);
    this.answers.delete(command.id);
  }

  #linger(command) {
    this.echoed.set(command.id, command.echo);
    setTimeout(() => this.echoed.delete(command.id) && this.emit("change", kinds(command)), this.timing.echo);
  }

  // The tab that leads.

  async #lead() {
    for (const command of (await this.store.commands()) ?? []) {
      if (!this.commands.has(command.id)) this.#take(command);
    }
    this.isOurs = true;
    this.#flush();
    return new Promise((resolve) => (this.leave = resolve)); // the lock is held until then
  }

  #flush() {
    if (!this.isOurs || !this.transport) return;
    const busy = new Set(this.resting);
    for (const id of this.underWay) busy.add(this.commands.get(id)?.lane);
    const next = [];
    for (const command of this.commands.values()) {
      if (busy.has(command.lane)) continue;
      if (this.underWay.size >= this.transport.limit) break;
      busy.add(command.lane);
      this.underWay.add(command.id);
      next.push(command);
    }
    if (next.length) this.transport.carry(next);
  }

  #rest({ lane }, ms) {
    this.resting.add(lane);
    setTimeout(() => {
      this.resting.delete(lane);
      this.#flush();
    }, ms ?? Math.random() * 2 * this.timing.retry);
  }

  async #post(api, commands) {
    const answer = await api.post("/api/commands", { commands: commands.map(({ id, name, data, expires_at }) => ({ id, name, data, expires_at })) });
    if (answer.status === 200) return answer.body.replies.forEach((reply) => this.settle(reply));
    for (const command of commands) {
      this.underWay.delete(command.id);
      this.#rest(command, answer.body?.retry_after_ms);
    }
  }
}

function frame({ id, name, data, expires_at }) {
  return { type: "command", id, name, data, ...(expires_at && { expires_at }) };
}

function kinds({ echo }) {
  return new Set(echo.map(({ kind }) => kind));
}
