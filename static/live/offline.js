/** Live pages that open without their server, as they were when they last came: templates/live/worker.js opens them. */

const KEPT = "live";
const WHOSE = "kept_for";
const FILES = new URL("..", import.meta.url).href;

/** A browser that was another's before keeps nothing of hers. */
export async function keepPages(user) {
  if (!navigator.serviceWorker) return; // where neither HTTPS nor localhost
  const isHers = localStorage.getItem(WHOSE) === user;
  if (!isHers) await forgetPages();
  localStorage.setItem(WHOSE, user);
  const wasThere = navigator.serviceWorker.controller !== null; // then it has kept this page already
  await navigator.serviceWorker.register("/live/worker.js");
  if (!isHers || !wasThere) await keepThis();
}

export async function forgetPages() {
  await globalThis.caches?.delete(KEPT);
}

async function keepThis() {
  const files = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(FILES));
  const cache = await caches.open(KEPT);
  await cache.addAll([location.pathname, ...new Set(files)]);
}
