import { text, toast } from "../live/shell.js";

/** Says whether it was saved. */
export function saved(answer, words = "saved") {
  const isSaved = answer.status >= 200 && answer.status < 300;
  if (isSaved) toast(text(words), "good");
  else toast(answer.body?.message ?? text("not_saved"), "bad");
  return isSaved;
}

/** The same of a form, with what the server found wrong in it. */
export function problem(form, answer) {
  const place = form.querySelector("[role=alert]");
  const words = Object.values(answer.body?.details ?? {}).flat(Infinity).filter((one) => typeof one === "string");
  const isSaved = saved(answer);
  place.textContent = words.join(" ");
  place.hidden = isSaved || !words.length;
  return isSaved;
}
