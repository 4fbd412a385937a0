/**
 * Events by GET /api/stream, for networks that let no socket through. Ends when a socket may be tried again.
 * @returns {Promise<{isGood: boolean, restMs: number}>} whether it worked until the end, or how long the server wants a rest
 */
export async function pollStream({ api, timing, position, received, live, lost, signedOut, isWanted }) {
  const until = performance.now() + timing.polling;
  let wait = 0;
  while (isWanted() && performance.now() < until) {
    const { epoch, offset } = position();
    const answer = await api.get(`/api/stream?after=${epoch}:${offset}&wait=${wait}`, { wait: 1000 * wait });
    if (answer.status === 410) {
      lost();
      break;
    }
    if (answer.status === 401) signedOut();
    if (answer.status !== 200) return { isGood: false, restMs: answer.body?.retry_after_ms ?? 0 };
    received(answer.body.events);
    const isBehind = answer.body.head > position()?.offset;
    if (!isBehind) live();
    wait = isBehind ? 0 : Math.min(timing.poll, Math.max(1, Math.round((until - performance.now()) / 1000)));
  }
  return { isGood: true, restMs: 0 };
}
