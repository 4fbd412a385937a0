let last = 0;

/**
 * A UUIDv7 of this instant: the server takes its age from it. Ids made one after another by this page sort so.
 * @param {number} now milliseconds, by the server's clock
 */
export function uuid7(now) {
  last = Math.max(Math.floor(now), last + 1);
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place++) bytes[place] = Math.floor(last / 2 ** (8 * (5 - place))) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
