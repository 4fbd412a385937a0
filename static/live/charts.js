import { plot } from "../charts.js";

/**
 * Charts in the colours of the page, each with a table that says the same to who does not see it.
 *
 *     <figure class="chart"><figcaption>Entries and exits</figcaption><div><canvas></canvas></div></figure>
 */

const TONES = ["accent", "good", "bad", "warn", "quiet"];
const RING = ["accent", "good", "warn", "bad", "quiet"];
const drawn = new Map(); // figure → what it shows

/**
 * Draws, or moves what is drawn already to its new values.
 * @param {HTMLElement} figure
 * @param {object} shown as of `plot`; without tones it is in the page's own
 */
export function draw(figure, { series, ...rest }) {
  const shown = {
    tones: rest.type === "doughnut" ? RING : [],
    series: series.map((one) => ({ tone: "accent", ...one })),
    ...rest,
  };
  drawn.set(figure, shown);
  tabulate(figure, shown);
  paint(figure, shown);
}

function paint(figure, shown) {
  const canvas = figure.querySelector("canvas");
  canvas.setAttribute("aria-hidden", "true");
  plot(canvas, shown, palette());
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const tones = Object.fromEntries(TONES.map((tone) => [tone, of(tone)]));
  return { ...tones, text: of("ink"), ticks: of("quiet"), line: of("line"), ground: of("card") };
}

function tabulate(figure, { labels, series, format = String }) {
  let box = figure.querySelector(".unseen");
  if (!box) {
    box = document.createElement("div");
    box.className = "unseen";
    figure.append(box);
  }
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  head.append(document.createElement("td"), ...series.map(({ label }) => heading(label, "col")));
  const body = table.createTBody();
  labels.forEach((label, place) => {
    const row = body.insertRow();
    row.append(heading(label, "row"));
    for (const { values } of series) row.insertCell().textContent = values[place] === null ? "–" : format(values[place]);
  });
  table.createCaption().textContent = figure.querySelector("figcaption")?.textContent ?? "";
  box.replaceChildren(table);
}

function heading(words, scope) {
  const cell = document.createElement("th");
  cell.scope = scope;
  cell.textContent = words;
  return cell;
}

function repaint() {
  for (const [figure, shown] of drawn) if (figure.isConnected) paint(figure, shown);
}

new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
