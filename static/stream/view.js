/** Objects by kind and key, as the last event left them. */
export class View {
  #kinds = new Map();

  /** @returns {Set<string>} the kinds that there were, or are */
  replace(objects) {
    const former = this.#kinds;
    this.#kinds = new Map(Object.entries(objects).map(([kind, keyed]) => [kind, new Map(Object.entries(keyed))]));
    return new Set([...former.keys(), ...this.#kinds.keys()]);
  }

  apply({ kind, key, data }) {
    if (!this.#kinds.has(kind)) this.#kinds.set(kind, new Map());
    if (data === null) this.#kinds.get(kind).delete(key);
    else this.#kinds.get(kind).set(key, data);
  }

  objects(kind, echoes = []) {
    const shown = new Map(this.#kinds.get(kind));
    for (const echo of echoes) {
      if (echo.kind !== kind) continue;
      if (echo.data === null) shown.delete(echo.key);
      else shown.set(echo.key, echo.data);
    }
    return [...shown.values()];
  }

  object(kind, key, echoes = []) {
    const echo = echoes.findLast((one) => one.kind === kind && one.key === key);
    return (echo ? echo.data : this.#kinds.get(kind)?.get(key)) ?? null;
  }

  toJSON() {
    return Object.fromEntries([...this.#kinds].filter(([, keyed]) => keyed.size).map(([kind, keyed]) => [kind, Object.fromEntries(keyed)]));
  }
}
