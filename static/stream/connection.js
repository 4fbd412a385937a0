import { isForeground } from "./surroundings.js";

/** One socket, from hello to its close: pings, silence, and what the server said before it closed. */
export class Connection {
  constructor({ url, timing, hello, stored, receive, doubt, ended }) {
    Object.assign(this, { timing, stored, receive, doubt, ended });
    this.end = { code: 1006, reason: "", afterMs: null, restMs: 0, wasWelcome: false, wasGood: false };
    this.heardAt = this.now();
    this.askedAt = null;
    this.isSilent = false;
    this.pings = 0;
    this.socket = new WebSocket(url, "stream.v1");
    this.socket.onopen = () => this.send(hello());
    this.socket.onmessage = ({ data }) => this.#heard(JSON.parse(data));
    this.socket.onclose = ({ code, reason }) => this.#finish(code, reason);
    this.opening = setTimeout(() => this.close(4000), timing.opening);
    this.watch = setInterval(() => this.#look(), timing.tick);
  }

  now() {
    return performance.now();
  }

  send(frame) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** A peer that is gone does not answer a close for long: nobody waits for it. */
  close(code) {
    this.socket.close(code);
    this.#finish(code, "");
  }

  /** Is anybody there? Asked at once. */
  probe() {
    if (!this.end.wasWelcome) return;
    this.askedAt ??= this.now();
    this.send({ type: "ping", id: `ping-${++this.pings}` });
  }

  /** The machine says that its network is gone. */
  doubted() {
    this.isSilent = true;
    this.doubt(true);
    this.probe();
  }

  /** Once a fifth of the time is left. */
  renewBefore(expiresAt, renew) {
    clearTimeout(this.renewing);
    this.renewing = setTimeout(renew, Math.min(0.8 * (expiresAt - Date.now()), 2 ** 31 - 1));
  }

  #heard(frame) {
    this.heardAt = this.now();
    this.askedAt = null;
    if (this.isSilent) {
      this.isSilent = false;
      this.doubt(false);
    }
    switch (frame.type) {
      case "welcome":
        clearTimeout(this.opening);
        this.end.wasWelcome = true;
        this.good = setTimeout(() => (this.end.wasGood = true), this.timing.good);
        break;
      case "ping":
        this.send(this.stored() === null ? { type: "pong" } : { type: "pong", offset: this.stored() });
        break;
      case "going":
        this.end.afterMs = frame.after_ms;
        break;
      case "error":
        this.end.reason = frame.code;
        this.end.restMs = frame.retry_after_ms ?? 0;
        break;
    }
    this.receive(frame);
  }

  #look() {
    if (!this.end.wasWelcome) return;
    const silent = this.now() - this.heardAt;
    if (silent > this.timing.silence) return this.close(4009);
    if (isForeground() && silent > this.timing.ping && this.askedAt === null) return this.probe();
    if (this.askedAt === null) return;
    const waited = this.now() - this.askedAt;
    if (waited > this.timing.dead) return this.close(4009);
    if (waited > this.timing.answer && !this.isSilent) {
      this.isSilent = true;
      this.doubt(true);
    }
  }

  #finish(code, reason) {
    if (!this.ended) return;
    clearTimeout(this.opening);
    clearTimeout(this.good);
    clearTimeout(this.renewing);
    clearInterval(this.watch);
    this.socket.onmessage = this.socket.onclose = this.socket.onopen = null;
    const ended = this.ended;
    this.ended = null;
    ended({ ...this.end, code, reason: this.end.reason || reason });
  }
}
