/** Finds messages by their words, at the server. */

import { byId, fill, filled, list, stream, text } from "../live/shell.js";
import { inShort, nameOf, talkOf, titleOf } from "./people.js";
import { when } from "./talks.js";

const PAUSE_MS = 300;

/** @param {(talkId: string, seq: number) => void} open */
export function listenForSearches(open) {
  const field = byId("search-words");
  let timer = null;
  let asked = 0;
  const search = async () => {
    const words = field.value.trim();
    const number = ++asked;
    const answer = words.length < 2 ? null : await stream.api.get(`/api/chat/my/search?q=${encodeURIComponent(words)}`);
    if (number !== asked) return;
    draw(answer, open);
  };
  field.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE_MS);
  };
  byId("search").onsubmit = (event) => {
    event.preventDefault();
    clearTimeout(timer);
    search();
  };
}

function draw(answer, open) {
  const messages = (answer?.body?.messages ?? []).filter((message) => talkOf(message.conversation_id));
  byId("found").hidden = !answer;
  byId("talks-list").hidden = Boolean(answer);
  if (!answer) return;
  byId("found-count").textContent = answer.status === 200 ? text(messages.length ? "found" : "found_nothing") : text("unavailable");
  list(byId("found-list"), messages, {
    key: (message) => message.id,
    make: () => filled("found-line"),
    update(line, message) {
      const talk = talkOf(message.conversation_id);
      fill(line, { title: titleOf(talk), sender: nameOf(talk, message.sender_id), words: inShort(message), at: when(message.created_at) });
      line.querySelector("a").href = `?c=${talk.id}`;
      line.querySelector("a").onclick = (event) => {
        event.preventDefault();
        open(talk.id, message.seq);
      };
    },
  });
}
