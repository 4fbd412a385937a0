{% load static %}
/**
 * Opens live pages while their server is out of reach: as they were when they last came. What they show they have from
 * the store of their stream, marked as stale. What is no page and no file of ours passes by.
 */

const FILES = new URL("{% static "" %}", location).href;
const KEPT = "live"; // as in live/offline.js
const PATIENCE_MS = 3_000; // with a page: a tunnel does not say no
const OUT_MS = 15_000; // for so long after a page did not come, its files are not even asked for

let outUntil = 0;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET") return;
  if (mode === "navigate") event.respondWith(page(event.request));
  else if (url.startsWith(FILES)) event.respondWith(file(event.request));
});

async function page(request) {
  const kept = await keptOf(request);
  if (!kept) return fetched(request);
  try {
    const response = await Promise.race([fetched(request), late()]);
    outUntil = 0;
    if (response.status < 500) return response;
  } catch {
    // Out of reach.
  }
  outUntil = Date.now() + OUT_MS;
  return kept;
}

async function file(request) {
  const kept = await keptOf(request);
  if (kept && Date.now() < outUntil) return kept;
  return fetched(request).catch((error) => kept ?? Promise.reject(error));
}

async function fetched(request) {
  const response = await fetch(request);
  if (response.ok && !response.redirected) keep(request, response.clone());
  return response;
}

// A disk that is full is no reason not to show what came.

async function keep({ url }, response) {
  try {
    const cache = await caches.open(KEPT);
    await cache.put(new URL(url).pathname, response);
  } catch (error) {
    console.warn("Not kept:", error);
  }
}

async function keptOf({ url }) {
  try {
    const cache = await caches.open(KEPT);
    return await cache.match(new URL(url).pathname);
  } catch {
    return undefined;
  }
}

function late() {
  return new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
}
