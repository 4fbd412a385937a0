// static/stream.js, and the orders of the conformance kit: ../chromium.py calls `client.do` for each.

import { Stream } from "/static/stream.js";

const { searchParams } = new URL(location.href);
const KEPT_LOOK_MS = 5;

let foreground = true;
Object.defineProperty(document, "visibilityState", { get: () => (foreground ? "visible" : "hidden") });

const auth = {
  access: () => localStorage.access_token,
  async renew() {
    const response = await fetch("/api/auth/refresh", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ refresh_token: localStorage.refresh_token }),
    });
    if (response.status >= 500) throw new Error(`no new token: ${response.status}`);
    if (response.ok) Object.assign(localStorage, await response.json());
    return response.ok;
  },
};

const stream = new Stream({
  user: "kit",
  auth,
  client: { name: "stream.js", version: "1.0" },
  timeFactor: Number(searchParams.get("time_factor")),
});
const boards = {};
const answers = {};
const signals = [];

stream.on("signal", ({ signal, data }) => signals.push({ signal, data }));

const orders = {
  async open({ access_token, refresh_token }) {
    if (access_token) Object.assign(localStorage, { access_token, refresh_token });
    await stream.start();
  },

  /** Answered once it is kept. */
  async command({ name, data, expires_at, echo = [] }) {
    const options = expires_at ? { echo, expiresAt: new Date(expires_at) } : { echo };
    const { id, answer } = stream.queue.add(name, data, options);
    answer.then(({ ok, data, error }) => (answers[id] = ok ? { ok, data } : { ok, error }));
    const isKept = async () => id in answers || (await stream.store.commands()).some((command) => command.id === id);
    while (!(await isKept())) await new Promise((done) => setTimeout(done, KEPT_LOOK_MS));
    return { id };
  },

  watch({ board }) {
    boards[board] = { data: null, stale: true, error: null };
    stream.watch(board, ({ data, isStale, error }) => {
      boards[board] = { data, stale: isStale, error: error?.code ?? null };
    });
  },

  signal({ signal, data }) {
    stream.signal(signal, data);
  },

  /** With the echoes of commands that have no answer yet. */
  shown: ({ kind }) => ({ objects: stream.objects(kind) }),

  background: () => look(false),
  foreground: () => look(true),

  report() {
    const { position } = stream;
    return {
      state: stream.state,
      view: stream.keeper.view.toJSON(),
      position: position && `${position.epoch}:${position.offset}`,
      queue: [...stream.queue.commands.keys()],
      boards,
      answers,
      signals,
    };
  },
};

function look(isLooking) {
  foreground = isLooking;
  document.dispatchEvent(new Event("visibilitychange"));
}

window.client = {
  do: async (order) => ({ ok: true, ...(await orders[order.do](order)) }),
};
