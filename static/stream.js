/**
 * The reference client of docs/protocol.md: one durable stream of events, kept as a view that survives everything.
 *
 *     const stream = new Stream({ user: "0199f0a0-…" });
 *     stream.on("view", (kinds) => draw(stream.objects("shifts.offer")));
 *     stream.on("state", ({ state }) => …);        // connecting, catching_up, live, stale, stopped
 *     stream.on("event", (event) => …);            // to tell a person; what is shown comes from the view
 *     stream.on("signal", ({ signal, data }) => …);
 *     stream.on("refused", ({ command, error }) => …);
 *     stream.on("reloaded", () => …);              // what was read beside the view may have changed unheard
 *     stream.watch("fleet.summary", ({ data, isStale, error }) => …);   // answers a function that ends it
 *     await stream.start();
 *     const reply = await stream.command("shifts.accept_offer", { shift_id: 456 }, { echo: […] });
 *
 * A command is kept until the server has answered it, through tunnels, reloads and closed tabs. Meanwhile its `echo`
 * ([{kind, key, data}]) lies over the view. Commands of one `lane` are carried out in the order they were given.
 */

import { Api } from "./stream/api.js";
import { Backoff } from "./stream/backoff.js";
import { Boards } from "./stream/boards.js";
import { Connection } from "./stream/connection.js";
import { deviceId } from "./stream/device.js";
import { Emitter } from "./stream/emitter.js";
import { Keeper } from "./stream/keeper.js";
import { pollStream } from "./stream/polling.js";
import { CommandQueue } from "./stream/queue.js";
import { openStore } from "./stream/store.js";
import { isForeground, Surroundings } from "./stream/surroundings.js";
import { timing } from "./stream/timing.js";
import { verdict } from "./stream/verdicts.js";

export { forgetStore } from "./stream/store.js";

const SOCKETLESS_AFTER = 3; // connections in a row without a welcome, then polls carry the events
const AUTH = "auth";
const TOO_MANY_SOCKETS = 4101;
const FOR_EVER = 2 ** 31 - 1; // or until somebody looks at the page again
const NO_POLLS = { isGood: false, restMs: 0 };

export class Stream extends Emitter {
  /**
   * @param {object} options
   * @param {string} [options.user] whose stream; what is kept is kept under this name. Without: only in memory.
   * @param {string} [options.origin] where the server is, if not where the page is from
   * @param {{access: () => string, renew: () => Promise<boolean>}} [options.auth] tokens, if not the cookie of the page.
   *   `renew` gets new ones. False: the server gives none, sign in again. It throws where the server is out of reach.
   * @param {string} [options.device] an id that is for ever the same for this installation
   * @param {{name: string, version?: string}} [options.client]
   * @param {number} [options.timeFactor] of all waits, for tests
   */
  constructor({ user = "", origin = location.origin, auth = null, device = deviceId(), client, timeFactor = 1 } = {}) {
    super();
    this.auth = auth;
    this.device = device;
    this.client = client ?? { name: "stream.js" };
    this.timing = timing(timeFactor);
    this.name = user && `stream:${user}`;
    this.api = new Api(origin, auth, this.timing.request);
    this.state = "connecting";
    this.isStarted = false;
    this.clock = 0; // of the server, minus ours, in milliseconds
    this.keeper = new Keeper(
      this.timing,
      (offset) => this.#send({ type: "ack", offset }),
      () => this.connection?.close(4000), // then all is loaded anew
    );
    this.boards = new Boards((frame) => this.#send(frame));
    this.queue = new CommandQueue(this.timing, () => this.now());
    this.queue.on("change", (kinds) => this.#changed(kinds));
    this.queue.on("refused", (refusal) => this.emit("refused", refusal));
    this.connection = null;
    this.isLive = false; // all that there was has come
    this.held = null; // events that wait for a reload
    this.surroundings = new Surroundings();
  }

  /** Shows what was kept, then stays connected until `stop`. Resolves once what was kept is there. */
  async start() {
    this.store = await openStore(this.name);
    const kept = await this.store.load();
    this.clock = kept.clock;
    const kinds = this.keeper.open(this.store, kept);
    this.queue.open(this.store, kept.commands, this.name);
    this.isStarted = true;
    this.surroundings.listen({
      turned: () => this.#send({ type: "state", foreground: isForeground() }),
      woke: () => this.connection?.probe(),
      lost: () => this.connection?.doubted(),
      left: () => this.keeper.save(),
    });
    this.#changed(kinds);
    this.#run();
  }

  stop(reason = "stopped") {
    this.isStarted = false;
    this.surroundings.stop();
    this.connection?.close(1000);
    this.queue.close();
    this.#say("stopped", reason);
  }

  /** Of the own stream: {epoch, offset}. */
  get position() {
    return this.keeper.position;
  }

  /** By the server's clock, in milliseconds. */
  now() {
    return Date.now() + this.clock;
  }

  objects(kind) {
    return this.keeper.view.objects(kind, this.queue.echoes());
  }

  object(kind, key) {
    return this.keeper.view.object(kind, String(key), this.queue.echoes());
  }

  isPending(kind, key) {
    return this.queue.echoes().some((echo) => echo.kind === kind && echo.key === String(key));
  }

  command(name, data = {}, options = {}) {
    return this.queue.add(name, data, options).answer;
  }

  signal(signal, data) {
    return this.#send({ type: "signal", signal, data });
  }

  watch(board, show) {
    return this.boards.watch(board, show);
  }

  // The life of the connection.

  async #run() {
    const backoff = new Backoff(this.timing);
    let unwelcome = 0;
    while (this.isStarted) {
      await this.#reloadUntilDone(backoff);
      if (!this.isStarted) return;
      const end = await this.#converse();
      unwelcome = end.wasWelcome ? 0 : unwelcome + 1;
      if (end.wasGood) backoff.reset();
      const next = verdict(end.code);
      if (!this.isStarted) return;
      if (next === "stop") return this.stop(end.reason || String(end.code));
      if (next === "reload") this.keeper.forget();
      if (next === "renew") await this.#renew();
      const polls = unwelcome >= SOCKETLESS_AFTER ? await this.#poll() : NO_POLLS;
      if (!this.isStarted) return;
      if (polls.isGood) continue;
      this.#say("stale", end.reason);
      await this.surroundings.pause(this.#wait(next, end, backoff) + polls.restMs);
    }
  }

  #wait(next, { code, afterMs, restMs }, backoff) {
    if (code === TOO_MANY_SOCKETS && !isForeground()) return FOR_EVER;
    if (afterMs !== null) return afterMs;
    return restMs + (next === "soon" ? Math.random() * this.timing.soon : backoff.next());
  }

  #converse() {
    return new Promise((ended) => {
      this.connection = new Connection({
        url: `${this.api.origin.replace(/^http/, "ws")}/ws`,
        timing: this.timing,
        hello: () => this.#hello(),
        stored: () => this.keeper.stored,
        receive: (frame) => this.#receive(frame),
        doubt: (isSilent) => (isSilent ? this.#say("stale", "silent") : this.#say(this.isLive ? "live" : "catching_up")),
        ended: async (end) => {
          this.connection = null;
          this.isLive = false;
          this.held = null;
          this.queue.detach();
          this.boards.disconnected();
          await this.keeper.save();
          ended(end);
        },
      });
    });
  }

  #hello() {
    const { device, client, auth } = this;
    const frame = { type: "hello", device_id: device, client, foreground: isForeground() };
    const token = auth?.access();
    if (token) frame.token = token;
    if (this.name) frame.resume = this.position;
    else frame.ack = false;
    return frame;
  }

  #receive(frame) {
    switch (frame.type) {
      case "welcome":
        return this.#welcomed(frame);
      case "event":
        return this.#heard(frame);
      case "live":
        return this.held || this.#caughtUp();
      case "reset":
        return this.#reset();
      case "reply":
        return this.#answered(frame);
      case "board":
        return this.boards.received(frame);
      case "signal":
        return this.emit("signal", frame);
      case "ping":
      case "pong":
        return this.#compare(frame.head);
    }
  }

  #answered(frame) {
    if (frame.id === AUTH) return frame.ok && this.#renewBefore(frame.data.expires_at);
    if (!this.boards.replied(frame)) this.queue.settle(frame);
  }

  #welcomed(frame) {
    this.clock = Date.parse(frame.server_time) - Date.now();
    this.store.saveClock(this.clock);
    this.#say("catching_up");
    this.boards.connected(frame.epoch);
    this.queue.attach((command) => this.#send(command), frame.limits.commands_burst);
    if (frame.expires_at && this.auth) this.#renewBefore(frame.expires_at);
  }

  #caughtUp() {
    this.isLive = true;
    this.#say("live");
  }

  #renewBefore(expiresAt) {
    this.connection?.renewBefore(Date.parse(expiresAt) - this.clock, async () => {
      if (await this.#renew()) this.#send({ type: "auth", id: AUTH, token: this.auth.access() });
    });
  }

  /** Where the server is out of reach, the next connection is refused with 4201, and this is tried again. */
  async #renew() {
    try {
      if (await this.auth?.renew()) return true;
      if (this.auth) this.stop("signed_out");
    } catch {
      // Out of reach.
    }
    return false;
  }

  // Events.

  #heard(event) {
    if (!this.name) return this.emit("event", event);
    if (this.held) return this.held.push(event);
    if (!this.position || this.keeper.isKnown(event)) return;
    if (!this.keeper.isNext(event)) return this.connection?.close(4000); // never seen, never guessed
    this.keeper.apply(event);
    if (event.command) this.queue.heard(event.command);
    this.#changed(new Set([event.kind]));
    this.emit("event", event);
  }

  /** The server says how far the stream goes. What is not here soon after that has been lost. */
  #compare(head) {
    const { connection, position } = this;
    if (!this.name || !(head > position?.offset)) return;
    const isStuck = () => connection === this.connection && position === this.position && !this.held;
    setTimeout(() => isStuck() && connection.close(4000), this.timing.behind);
  }

  async #reset() {
    this.held = [];
    this.#say("catching_up", "reloading");
    const connection = this.connection;
    const { status } = await this.#reload();
    if (connection !== this.connection) return;
    if (status !== 200) {
      this.keeper.forget();
      return connection.close(4000);
    }
    const held = this.held;
    this.held = null;
    this.#send({ type: "ack", offset: this.keeper.stored });
    for (const event of held) this.#heard(event);
    this.#caughtUp();
  }

  async #reloadUntilDone(backoff) {
    while (this.isStarted && this.name && !this.position) {
      const answer = await this.#reload();
      if (answer.status === 200 || !this.isStarted) return;
      this.#say("stale", "unreachable");
      await this.surroundings.pause((answer.body?.retry_after_ms ?? 0) + backoff.next());
    }
  }

  async #reload() {
    const answer = await this.api.get("/api/sync");
    if (answer.status === 401 || answer.status === 403) this.stop("signed_out");
    if (answer.status !== 200) return answer;
    const kinds = await this.keeper.replace(answer.body.view, answer.body.position);
    this.queue.reloaded();
    this.emit("reloaded");
    this.#changed(kinds);
    return answer;
  }

  /** Without a socket: events by polls, commands by POST. Good: that works, but it is time to try a socket again. */
  async #poll() {
    if (!this.name || !this.position) return NO_POLLS;
    this.queue.attachApi(this.api);
    const polls = await pollStream({
      api: this.api,
      timing: this.timing,
      position: () => this.position,
      received: (events) => events.forEach((event) => this.#heard(event)),
      live: () => this.#say("live", "polling"),
      lost: () => this.keeper.forget(),
      signedOut: () => this.stop("signed_out"),
      isWanted: () => this.isStarted && this.position !== null,
    });
    this.queue.detach();
    await this.keeper.save();
    return polls;
  }

  #send(frame) {
    return this.connection?.send(frame) ?? false;
  }

  #say(state, reason = "") {
    if (state === this.state && reason === this.reason) return;
    this.state = state;
    this.reason = reason;
    this.boards.isConnected = state === "live" && reason !== "polling";
    this.emit("state", { state, reason });
  }

  #changed(kinds) {
    this.changes = new Set([...(this.changes ?? []), ...kinds]);
    this.drawing ??= Promise.resolve().then(() => {
      const changes = this.changes;
      this.changes = this.drawing = null;
      this.emit("view", changes);
    });
  }
}
