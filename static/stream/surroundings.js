import { pause } from "./backoff.js";

export function isForeground() {
  return document.visibilityState === "visible";
}

/** What the page tells of the world around it. A wait ends early when somebody looks, or the network returns. */
export class Surroundings {
  #waker = new AbortController();
  #ears = null;

  /** @param {{turned: () => void, woke: () => void, lost: () => void, left: () => void}} tell */
  listen({ turned, woke, lost, left }) {
    this.#ears = new AbortController();
    const on = (target, type, handle) => target.addEventListener(type, handle, { signal: this.#ears.signal });
    const wake = () => {
      this.wake();
      woke();
    };
    on(window, "online", wake);
    on(window, "offline", lost);
    on(window, "pagehide", left);
    on(document, "visibilitychange", () => {
      turned();
      if (isForeground()) wake();
    });
  }

  pause(ms) {
    return pause(ms, this.#waker.signal);
  }

  wake() {
    this.#waker.abort();
    this.#waker = new AbortController();
  }

  stop() {
    this.#ears?.abort();
    this.wake();
  }
}
