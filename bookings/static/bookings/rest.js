/** What is not in the view: REST. */

import { stream } from "../live/shell.js";
import { uuid7 } from "../stream/ids.js";

const MOST_TRIES = 5;
const WAIT_MS = 250;

const pages = new Map(); // provider id → promise of what may be booked there

/** Under a number of its own: what failed for a moment is tried again, and takes effect once. */
export async function post(path, body = {}) {
  const headers = { "Idempotency-Key": uuid7(stream.now()) };
  for (let tries = 1; ; tries++) {
    const answer = await stream.api.post(path, body, { headers });
    const isTemporary = answer.status === 0 || answer.body?.temporary;
    if (!isTemporary || tries === MOST_TRIES) return answer;
    await new Promise((done) => setTimeout(done, answer.body?.retry_after_ms ?? 2 ** tries * WAIT_MS));
  }
}

/** A provider with its services and plans, or null where it cannot be booked at present. */
export function providerPage(id) {
  if (!pages.has(id)) {
    pages.set(
      id,
      stream.api.get(`/api/bookings/providers/${id}`).then(({ status, body }) => {
        if (status !== 200) pages.delete(id);
        return status === 200 ? body : null;
      }),
    );
  }
  return pages.get(id);
}

/** The server's clock. */
export function now() {
  return new Date(stream.now());
}
