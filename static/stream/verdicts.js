/**
 * What to do after a close, by the range of its code, so that codes that come later are treated right.
 * @returns {"backoff" | "soon" | "renew" | "reload" | "stop"}
 */
export function verdict(code) {
  if (code >= 4400 && code < 4500) return "stop";
  if (code >= 4300 && code < 4400) return "reload";
  if (code >= 4200 && code < 4300) return "renew";
  if (code >= 4100 && code < 4200) return "soon";
  return "backoff";
}
