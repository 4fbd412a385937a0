// A part of a page that is fetched anew every some seconds; one that follows a board, at once when the board changes.
"use strict";

const REFRESH_MS = 15_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const GOOD_AFTER_MS = 10_000;

const part = document.querySelector("[data-source]");
const state = document.querySelector("[data-live]");

let wait = FIRST_WAIT_MS;
let isFetching = false;
let isOutdated = false;

function say(text) {
  state.textContent = text;
  state.className = text === "live" ? "ops-state good" : "ops-state bad";
}

async function refresh() {
  isOutdated = true;
  if (isFetching) return;
  isFetching = true;
  while (isOutdated) {
    isOutdated = false;
    try {
      const answer = await fetch(part.dataset.source);
      if (answer.ok && !answer.redirected) part.innerHTML = await answer.text();
    } catch {
      // The server is away: the socket says so, and the next look may succeed.
    }
  }
  isFetching = false;
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(`${scheme}//${location.host}/ws`, "stream.v1");
  const send = (frame) => socket.send(JSON.stringify(frame));
  let pause = null;
  let good = null;

  socket.onopen = () =>
    send({ type: "hello", device_id: "admin", client: { name: "admin" }, ack: false, boards: [part.dataset.board] });

  socket.onmessage = (message) => {
    const frame = JSON.parse(message.data);
    if (frame.type === "welcome") good = setTimeout(() => (wait = FIRST_WAIT_MS), GOOD_AFTER_MS);
    if (frame.type === "board") say(frame.error ? "not live: " + frame.error.message : "live");
    if (frame.type === "board") refresh();
    if (frame.type === "ping") send({ type: "pong" });
    if (frame.type === "going") pause = frame.after_ms;
  };

  socket.onclose = (close) => {
    clearTimeout(good);
    if (close.code >= 4400 && close.code < 4500) return say("not live: sign in again");
    say("connecting …");
    setTimeout(connect, pause ?? Math.random() * wait);
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  };
}

setInterval(() => document.hidden || refresh(), REFRESH_MS);
if (part.dataset.board) connect();
