/** Full jitter: between nothing and a bound that doubles, so that those who left together do not return together. */
export class Backoff {
  constructor({ first_wait, longest_wait }) {
    this.first = first_wait;
    this.longest = longest_wait;
    this.reset();
  }

  reset() {
    this.bound = this.first;
  }

  next() {
    const wait = Math.random() * this.bound;
    this.bound = Math.min(2 * this.bound, this.longest);
    return wait;
  }
}

/** Ends early when the signal is aborted. */
export function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done();
    });
  });
}
