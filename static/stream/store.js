/**
 * What outlives the page: the view with its position, and commands without an answer. View and position change in one
 * transaction. Several tabs share a store; each writes only what follows what is there, so the furthest tab leads.
 */
export async function openStore(name) {
  if (!name || !globalThis.indexedDB) return new MemoryStore();
  try {
    return new IndexedDbStore(await opened(name));
  } catch {
    return new MemoryStore(); // storage may be forbidden, as in private windows
  }
}

/** For who signs out at a computer of others. */
export function forgetStore(user) {
  return settled(indexedDB.deleteDatabase(`stream:${user}`));
}

const EMPTY = { position: null, clock: 0, objects: {}, commands: [] };

class MemoryStore {
  async load() {
    return EMPTY;
  }
  async saveEvents() {
    return true;
  }
  async saveView() {}
  async saveClock() {}
  async addCommand() {}
  async removeCommand() {}
  async commands() {
    return null;
  }
}

class IndexedDbStore {
  constructor(database) {
    this.database = database;
  }

  async load() {
    const tables = this.database.transaction(["meta", "objects", "commands"]);
    const [position, clock, rows, commands] = await Promise.all([
      settled(tables.objectStore("meta").get("position")),
      settled(tables.objectStore("meta").get("clock")),
      settled(tables.objectStore("objects").getAll()),
      settled(tables.objectStore("commands").getAll()),
    ]);
    const objects = {};
    for (const { kind, key, data } of rows) (objects[kind] ??= {})[key] = data;
    return { position: position ?? null, clock: clock ?? 0, objects, commands };
  }

  /** @returns {Promise<boolean>} whether they are there now, by this tab or by another */
  async saveEvents(events, epoch) {
    let isThere = true;
    await this.#write(["meta", "objects"], async (meta, objects) => {
      const position = await settled(meta.get("position"));
      const fresh = events.filter((event) => event.offset > position?.offset);
      isThere = position?.epoch === epoch && (!fresh.length || fresh[0].offset === position.offset + 1);
      if (!isThere || !fresh.length) return;
      for (const { kind, key, data } of fresh) {
        if (data === null) objects.delete([kind, key]);
        else objects.put({ kind, key, data });
      }
      meta.put({ epoch, offset: fresh.at(-1).offset }, "position");
    });
    return isThere;
  }

  saveView(view, position) {
    return this.#write(["meta", "objects"], async (meta, objects) => {
      const former = await settled(meta.get("position"));
      if (former?.epoch === position.epoch && former.offset > position.offset) return;
      objects.clear();
      for (const [kind, keyed] of Object.entries(view)) {
        for (const [key, data] of Object.entries(keyed)) objects.put({ kind, key, data });
      }
      meta.put(position, "position");
    });
  }

  saveClock(clock) {
    return this.#write(["meta"], async (meta) => meta.put(clock, "clock"));
  }

  addCommand(command) {
    return this.#write(["commands"], async (commands) => commands.put(command));
  }

  removeCommand(id) {
    return this.#write(["commands"], async (commands) => commands.delete(id));
  }

  /** All of them, in the order of their ids. */
  commands() {
    return settled(this.database.transaction("commands").objectStore("commands").getAll());
  }

  /** A disk that is full, or storage that was cleared: the page goes on, and its next start from what was stored. */
  async #write(names, change) {
    try {
      const transaction = this.database.transaction(names, "readwrite");
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      await change(...names.map((name) => transaction.objectStore(name)));
      await done;
    } catch (error) {
      console.warn("Not stored:", error);
    }
  }
}

function opened(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("meta");
    request.result.createObjectStore("objects", { keyPath: ["kind", "key"] });
    request.result.createObjectStore("commands", { keyPath: "id" });
  };
  return settled(request).then((database) => {
    database.onversionchange = () => database.close();
    return database;
  });
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
