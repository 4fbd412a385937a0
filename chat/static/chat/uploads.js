/** Pictures and files go up first, then a message names them. Chosen, dropped or pasted. */

import { byId, fill, filled, text } from "../live/shell.js";
import { number } from "../live/words.js";
import { sizeOf } from "./bubbles.js";
import { send } from "./composer.js";

const PICTURES = new Set(["image/jpeg", "image/png", "image/webp"]);

/** @param {() => string | null} talkId of the open conversation */
export function takeFiles(talkId, { sent }) {
  const take = (files) => {
    for (const file of files ?? []) if (talkId()) upload(file, talkId(), sent);
  };
  byId("files").onchange = ({ target }) => {
    take([...target.files]);
    target.value = "";
  };
  byId("attach").onclick = () => byId("files").click();
  byId("words").addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  listenForDrops(byId("talk"), take);
}

function listenForDrops(pane, take) {
  const mark = (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    pane.classList.add("is-target");
  };
  pane.addEventListener("dragover", mark);
  pane.addEventListener("dragenter", mark);
  pane.addEventListener("dragleave", () => pane.classList.remove("is-target"));
  pane.addEventListener("drop", (event) => {
    event.preventDefault();
    pane.classList.remove("is-target");
    take(event.dataTransfer.files);
  });
}

function upload(file, talkId, sent) {
  const line = filled("upload", { name: file.name, size: sizeOf(file.size) });
  const [again, cancel] = line.querySelectorAll("button");
  let request = null;
  const begin = async () => {
    again.hidden = true;
    fill(line, { problem: "" });
    request = new XMLHttpRequest();
    const { status, body } = await carried(request, file, (share) => show(line, share));
    if (!line.isConnected) return;
    if (status !== 201) {
      again.hidden = false;
      return fill(line, { problem: body?.message ?? text("not_uploaded") });
    }
    line.remove();
    const { url, ...media } = body; // of which nobody needs the address here
    send(talkId, { media });
    sent();
  };
  again.onclick = begin;
  cancel.onclick = () => {
    line.remove();
    request.abort();
  };
  byId("uploads").append(line);
  begin();
}

function show(line, share) {
  line.querySelector("progress").value = share;
  fill(line, { share: number(share, { style: "percent" }) });
}

/** Not `fetch`, which does not say how far it has come. */
function carried(request, file, progress) {
  const form = new FormData();
  form.append(PICTURES.has(file.type) ? "image" : "file", file, file.name);
  return new Promise((resolve) => {
    request.open("POST", "/api/chat/media");
    request.setRequestHeader("X-CSRFToken", cookie("csrftoken"));
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onloadend = () => resolve({ status: request.status, body: request.response });
    request.send(form);
  });
}

function cookie(name) {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? "";
}
