// Keeps a dashboard fresh: whenever its board moves, and every some seconds anyway, it fires `moved`, and htmx fetches
// the figures. Whether they are live is said beside them.

import { Stream } from "../stream.js";

const REFRESH_MS = 15_000;
const MOVES_MS = 500; // a board that moves all the time is looked at twice a second

class Dashboard {
  constructor(badge) {
    this.badge = badge;
    this.stream = new Stream({ client: { name: "operators" } });
    this.isConnected = false;
    this.isFetched = true;
    this.refusal = "";
  }

  start() {
    const { board } = this.badge.dataset;
    this.stream.on("state", ({ state, reason }) => {
      this.isConnected = state === "live";
      if (state === "stopped") this.refusal = reason;
      if (this.isConnected) this.move();
      this.show();
    });
    if (board) {
      this.stream.watch(board, ({ error }) => {
        this.refusal = error?.message ?? "";
        this.move();
        this.show();
      });
    }
    document.body.addEventListener("htmx:afterRequest", (event) => {
      this.isFetched = event.detail.successful;
      this.show();
    });
    document.addEventListener("visibilitychange", () => document.hidden || this.move());
    setInterval(() => document.hidden || this.move(), REFRESH_MS);
    this.stream.start();
  }

  move() {
    this.moving ??= setTimeout(() => {
      this.moving = null;
      document.body.dispatchEvent(new Event("moved"));
    }, MOVES_MS);
  }

  show() {
    const isLive = this.isConnected && this.isFetched && !this.refusal;
    document.body.dataset.state = isLive ? "live" : "stale";
    const text = isLive ? "live" : this.refusal ? `not live: ${this.refusal}` : "not live: connecting …";
    if (text === this.badge.textContent) return;
    this.badge.textContent = text;
    this.badge.className = isLive ? "ops-state good" : "ops-state bad";
  }
}

new Dashboard(document.querySelector("[data-live]")).start();
