/** What all live pages share: the stream of who is signed in, its state in words, numbers beside the pages, messages. */

import { forgetStore, Stream } from "../stream.js";
import { forgetPages, keepPages } from "./offline.js";
import { clock } from "./words.js";
import { text } from "./texts.js";

const { user } = document.body.dataset;
export const byId = (id) => document.getElementById(id);

export const stream = new Stream({ user, client: { name: "live" } });

let liveAt = null;

// All tabs have one cookie: whoever signs out, or in as another, does so in all of them.
const tabs = new BroadcastChannel("live");
tabs.onmessage = ({ data }) => data.user === user || stream.stop("signed_out");
tabs.postMessage({ user });

stream.on("state", ({ state, reason }) => {
  if (document.body.dataset.state === "live" && state !== "live") liveAt = new Date();
  document.body.dataset.state = state;
  byId("state").textContent = text(state === "stale" && !liveAt ? "kept" : state, { time: liveAt && clock(liveAt) });
  if (state === "stopped" && reason !== "stopped") signInAgain();
});

stream.on("view", () => {
  const count = stream.queue.commands.size;
  byId("waiting").textContent = count ? text("waiting", { count }) : "";
  for (const badge of document.querySelectorAll(".badge[data-kind]")) showBadge(badge);
});

stream.on("refused", ({ command, error }) => {
  const isLate = error.code === "expired";
  toast(isLate ? text("too_late", { time: clock(command.expires_at) }) : text("refused", { message: error.message }), "bad");
});

function showBadge(badge) {
  const { kind, field, value } = badge.dataset;
  const values = stream.objects(kind).map((object) => object[field]);
  const count = value === undefined ? values.reduce((sum, one) => sum + one, 0) : values.filter((one) => one === value).length;
  badge.textContent = count;
  badge.hidden = !count;
}

function signInAgain() {
  const link = document.createElement("a");
  link.href = `/live/sign-in?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = byId("state").textContent;
  byId("state").replaceChildren(link);
}

/** Something to read, for some seconds; said by screen readers too. */
export function toast(words, tone = "") {
  const line = document.createElement("p");
  line.textContent = words;
  line.className = tone;
  byId("toasts").append(line);
  setTimeout(() => line.remove(), 8_000);
}

/** A hint that one hears and feels, for who wants it. Browsers allow it once the page was touched. */
export function chime() {
  if (localStorage.getItem("sound") === "off" || !navigator.userActivation?.hasBeenActive) return;
  navigator.vibrate?.([200, 100, 200]);
  const audio = new AudioContext();
  const volume = new GainNode(audio, { gain: 0.15 });
  const tone = new OscillatorNode(audio, { frequency: 880 });
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.6);
  tone.onended = () => audio.close();
}

/** A copy of a <template>, with `fields` in the elements that have their names in data-field. */
export function filled(id, fields = {}) {
  const copy = byId(id).content.firstElementChild.cloneNode(true);
  fill(copy, fields);
  return copy;
}

export function fill(element, fields) {
  for (const [name, value] of Object.entries(fields)) {
    for (const place of element.querySelectorAll(`[data-field="${name}"]`)) {
      const words = value ?? "";
      if (place.textContent !== String(words)) place.textContent = words;
    }
  }
}

/**
 * Makes the children of a list be those of `items`, in their order. What is there already is kept, with its focus.
 * @param {(item: any) => HTMLElement} make
 * @param {(element: HTMLElement, item: any) => void} update
 */
export function list(element, items, { key, make, update }) {
  const former = new Map([...element.children].map((child) => [child.dataset.key, child]));
  let before = element.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = former.get(name);
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    former.delete(name);
    update(child, item);
    if (child === before) before = before.nextElementSibling;
    else element.insertBefore(child, before);
  }
  for (const child of former.values()) child.remove();
  element.dataset.isEmpty = String(!items.length);
}

function listen() {
  document.querySelector(".bar [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const theme = byId("theme");
  theme.value = localStorage.getItem("theme") ?? "";
  theme.onchange = () => {
    localStorage.setItem("theme", theme.value);
    document.documentElement.dataset.theme = theme.value;
  };
  const sound = byId("sound");
  sound.checked = localStorage.getItem("sound") !== "off";
  sound.onchange = () => localStorage.setItem("sound", sound.checked ? "on" : "off");
  byId("sign-out").onsubmit = async (event) => {
    event.preventDefault();
    const form = event.target;
    stream.stop();
    tabs.postMessage({ user: "" });
    await Promise.allSettled([forgetStore(user), forgetPages()]);
    form.submit();
  };
}

/** Draws at the beginning, and whenever something of these kinds has changed. */
export function shows(kinds, draw) {
  let isDrawn = false;
  stream.on("view", (changed) => {
    if (isDrawn && !kinds.some((kind) => changed.has(kind))) return;
    isDrawn = true;
    draw();
  });
}

listen();
// By then the page's own script listens too.
document.addEventListener("DOMContentLoaded", () => stream.start());
addEventListener("load", () => keepPages(user).catch((error) => console.warn("Not kept:", error)));
export { text };
