const RETRY_MS = 1_000; // where the server does not say how long

/** The latest value of what many watch. A change is applied to the version it was made from, and to no other. */
export class Boards {
  #watched = new Map(); // name → {version, data, error, isStale, shows}
  #asked = new Map(); // id of a frame → name
  #count = 0;
  #isConnected = false;

  constructor(send) {
    this.send = send;
    this.epoch = null;
  }

  watch(name, show) {
    let board = this.#watched.get(name);
    if (!board) {
      board = { version: null, data: null, error: null, isStale: true, shows: new Set() };
      this.#watched.set(name, board);
      this.#subscribe(name);
    }
    board.shows.add(show);
    if (board.data) show(this.#shown(board));
    return () => {
      board.shows.delete(show);
      if (board.shows.size || this.#watched.get(name) !== board) return;
      this.#watched.delete(name);
      this.send({ type: "unsubscribe", id: this.#id(null), board: name });
    };
  }

  connected(epoch) {
    if (epoch !== this.epoch) for (const board of this.#watched.values()) board.version = null;
    this.epoch = epoch;
    for (const name of this.#watched.keys()) this.#subscribe(name);
  }

  disconnected() {
    this.#asked.clear();
    this.isConnected = false;
  }

  set isConnected(isConnected) {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    for (const board of this.#watched.values()) this.#show(board);
  }

  /** True where the reply was to a frame of ours. */
  replied({ id, ok, error }) {
    if (!this.#asked.has(id)) return false;
    const name = this.#asked.get(id);
    const board = this.#watched.get(name);
    this.#asked.delete(id);
    if (board && !ok) this.#refuse(board, error);
    if (board && error?.temporary) setTimeout(() => this.#ask(name, board), error.retry_after_ms ?? RETRY_MS);
    return true;
  }

  received(frame) {
    const board = this.#watched.get(frame.board);
    if (!board) return;
    if (frame.version === undefined) return this.#refuse(board, frame.error);
    if (frame.epoch !== this.epoch) {
      this.epoch = frame.epoch;
      for (const one of this.#watched.values()) one.version = null;
    }
    if (board.version !== null && frame.version <= board.version) return;
    if (frame.error) return this.#refuse(board, frame.error);
    if (frame.base !== undefined && frame.base !== board.version) {
      board.version = null;
      return this.#subscribe(frame.board);
    }
    board.data = frame.data ?? changed(board.data, frame);
    board.version = frame.version;
    board.error = null;
    board.isStale = false;
    this.#show(board);
  }

  #refuse(board, error) {
    board.error = error;
    board.isStale = true;
    this.#show(board);
  }

  /** Again, unless that was settled meanwhile. */
  #ask(name, board) {
    if (this.#watched.get(name) === board && board.error) this.#subscribe(name);
  }

  #subscribe(name) {
    const { version } = this.#watched.get(name);
    this.send({ type: "subscribe", id: this.#id(name), board: name, ...(version !== null && { version }) });
  }

  #id(name) {
    const id = `board-${++this.#count}`;
    this.#asked.set(id, name);
    return id;
  }

  #show(board) {
    for (const show of board.shows) show(this.#shown(board));
  }

  #shown({ data, error, isStale }) {
    return { data, error, isStale: isStale || !this.#isConnected };
  }
}

function changed(data, { set = {}, del = [] }) {
  const next = { ...data, ...set };
  for (const key of del) delete next[key];
  return next;
}
