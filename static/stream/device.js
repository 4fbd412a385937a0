import { uuid7 } from "./ids.js";

/** For ever the same for this browser. */
export function deviceId() {
  try {
    localStorage.device ??= uuid7(Date.now());
    return localStorage.device;
  } catch {
    return "no-storage";
  }
}
