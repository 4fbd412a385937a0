/** How long things may take, in milliseconds: docs/protocol.md says why. A factor makes tests quick. */
export function timing(factor = 1) {
  const ms = (value) => value * factor;
  return {
    first_wait: ms(500), // the bound of the first wait before connecting again; it doubles up to
    longest_wait: ms(30_000),
    good: ms(10_000), // a connection that lasted this long was a good one
    soon: ms(5_000),
    opening: ms(10_000), // until a socket has opened
    ack: ms(200),
    events_per_ack: 32,
    ping: ms(2_000), // of silence, while somebody looks: then the server is asked
    answer: ms(2_000), // for its answer; what is shown is stale after that
    behind: ms(5_000), // the server says that there is more, and nothing comes: then the connection is given up
    dead: ms(15_000), // for its answer; then the connection is given up
    silence: ms(60_000), // while nobody looks
    tick: ms(250),
    request: ms(30_000), // for an answer by REST, beside the time that the server was told to wait
    echo: ms(5_000), // of an echo after the answer, if no event takes its place
    poll: 25, // seconds that the server may wait with an answer
    polling: ms(30_000), // until a socket is tried again
    retry: ms(1_000), // of a command that was refused for now, if the server does not say how long
  };
}
