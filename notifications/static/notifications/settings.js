/** How one is reached. None of this is part of the view: it is asked for when the page opens. */

import { byId, filled, list, stream, text, toast } from "../live/shell.js";
import { ago } from "../live/words.js";
import { drawPreferences } from "./preferences.js";
import { drawQuietHours, listenToQuietHours } from "./quiet.js";
import { problem, saved } from "./saving.js";

const profile = byId("profile");

// What has not been read yet. Until then nobody can change it.
const unread = new Set([
  { path: "/api/auth/me", place: profile, draw: drawProfile },
  { path: "/api/preferences", place: byId("preferences"), draw: drawPreferences },
  { path: "/api/quiet-hours", place: byId("quiet-hours"), draw: drawQuietHours },
  { path: "/api/devices", place: byId("devices"), draw: drawDevices },
]);

stream.on("state", ({ state }) => {
  if (state === "live") for (const part of [...unread]) read(part);
});

byId("zones").replaceChildren(...Intl.supportedValuesOf("timeZone").map((zone) => new Option(zone, zone)));
listenToQuietHours();
profile.onsubmit = async (event) => {
  event.preventDefault();
  const body = Object.fromEntries(new FormData(profile));
  problem(profile, await stream.api.request("PATCH", "/api/auth/me", { body }));
};

async function read(part) {
  unread.delete(part);
  const answer = await stream.api.get(part.path);
  if (answer.status === 200) {
    part.draw(answer.body);
    part.place.inert = false;
  } else {
    unread.add(part);
    toast(text("unavailable"), "bad");
  }
}

function drawProfile(user) {
  for (const name of ["full_name", "locale", "zone"]) profile.elements[name].value = user[name];
}

function drawDevices(devices) {
  list(byId("devices"), devices, {
    key: (device) => device.id,
    make: (device) =>
      filled("device", {
        name: text(device.platform),
        version: device.app_version,
        state: device.is_enabled ? text("heard_of", { when: ago(device.last_registered_at) }) : text("is_dead"),
      }),
    update(line, device) {
      line.querySelector("button").onclick = async () => {
        const answer = await stream.api.request("DELETE", `/api/devices/${device.id}`);
        if (saved(answer, "removed")) drawDevices(devices.filter((one) => one !== device));
      };
    },
  });
}
