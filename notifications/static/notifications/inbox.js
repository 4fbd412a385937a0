/** What one was told, newest first. The newest are in the view; older ones come by REST when they are asked for. */

import { byId, fill, filled, list, shows, stream, text } from "../live/shell.js";
import { clock, day, number } from "../live/words.js";

const NOTICE = "notifications.notice";
const INBOX = "notifications.inbox";
const TAGGED = new Set(["urgent", "important"]);

const { user } = document.body.dataset;
const older = new Map(); // id → notice
const ways = new Map([...byId("ways").children].map(({ dataset }) => [dataset.kind, dataset.path]).toReversed());
let next = "/api/inbox?page_size=50"; // the page of older ones that comes next

shows([NOTICE, INBOX], draw);
stream.on("event", ({ kind, key, data }) => {
  if (kind === NOTICE && data === null) older.delete(key);
});
stream.on("reloaded", () => {
  older.clear();
  next = "/api/inbox?page_size=50";
});
document.addEventListener("visibilitychange", see);
byId("only-unread").onchange = draw;
byId("older").onclick = showOlder;
byId("read-all").onclick = () => {
  const unread = all().filter((notice) => !notice.read_at);
  stream.command("notifications.mark_all_read", {}, { lane: INBOX, echo: [...unread.map(asRead), unreadNow(0)] });
};

/** Ids tell of the time: the newest sort last. */
function all() {
  const known = new Map(older);
  for (const notice of stream.objects(NOTICE)) known.set(notice.id, notice);
  for (const id of [...known.keys()]) if (stream.isPending(NOTICE, id) && !stream.object(NOTICE, id)) known.delete(id);
  return [...known.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1));
}

function draw() {
  const notices = all();
  const unread = unreadCount();
  const shown = byId("only-unread").checked ? notices.filter((notice) => !notice.read_at) : notices;
  byId("unread").textContent = unread ? text("unread", { count: number(unread) }) : text("all_read");
  byId("read-all").disabled = !unread;
  byId("older").hidden = !next || notices.length < 50;
  list(byId("notices"), byDay(shown), {
    key: (item) => item.line ?? item.id,
    make: (item) => filled(item.line ? "day" : "notice"),
    update: (element, item) => (item.line ? fill(element, item) : drawNotice(element, item)),
  });
  see();
}

function byDay(notices) {
  const items = [];
  let shownDay = "";
  for (const notice of notices) {
    const itsDay = new Date(notice.created_at).toDateString();
    if (itsDay !== shownDay) items.push({ line: itsDay, words: day(notice.created_at) });
    shownDay = itsDay;
    items.push(notice);
  }
  return items;
}

function drawNotice(card, notice) {
  const tag = TAGGED.has(notice.importance) ? text(notice.importance) : "";
  fill(card, { title: notice.title, body: notice.body, at: clock(notice.created_at), importance: tag });
  card.querySelector(".tag").hidden = !tag;
  card.classList.toggle("is-unread", !notice.read_at);
  const link = card.querySelector("[data-open]");
  link.hidden = !ways.has(notice.about.kind);
  link.href = ways.get(notice.about.kind) ?? "";
  link.onclick = () => read(notice);
  card.querySelector("[data-read]").hidden = Boolean(notice.read_at);
  card.querySelector("[data-read]").onclick = () => read(notice);
  card.querySelector("[data-archive]").onclick = () => archive(notice);
}

function read(notice) {
  if (notice.read_at) return;
  change("notifications.mark_read", notice, [asRead(notice), unreadNow(unreadCount() - 1)]);
}

function archive(notice) {
  const unread = unreadNow(unreadCount() - (notice.read_at ? 0 : 1));
  change("notifications.archive", notice, [{ kind: NOTICE, key: notice.id, data: null }, unread]);
}

function change(name, notice, echo) {
  stream.command(name, { ids: [notice.id] }, { lane: INBOX, echo });
}

function asRead(notice) {
  return { kind: NOTICE, key: notice.id, data: { ...notice, read_at: new Date().toISOString() } };
}

function unreadNow(unread) {
  return { kind: INBOX, key: user, data: { unread: Math.max(0, unread) } };
}

function unreadCount() {
  return stream.object(INBOX, user)?.unread ?? 0;
}

let seenUpto = "";

/** Seen is what stood on a screen that somebody looks at. */
function see() {
  const [newest] = all();
  if (document.visibilityState !== "visible" || !newest || newest.seen_at || newest.id <= seenUpto) return;
  seenUpto = newest.id;
  stream.command("notifications.mark_seen", { upto: newest.id }, { lane: INBOX });
}

async function showOlder() {
  let isMore = false;
  while (next && !isMore) {
    const answer = await stream.api.get(next);
    if (answer.status !== 200) return;
    const known = new Set(all().map((notice) => notice.id));
    isMore = answer.body.results.some((notice) => !known.has(notice.id));
    for (const notice of answer.body.results) older.set(notice.id, notice);
    next = answer.body.next && pathOf(answer.body.next);
  }
  draw();
}

function pathOf(address) {
  const { pathname, search } = new URL(address);
  return pathname + search;
}
