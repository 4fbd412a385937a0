// Draws the figures with [data-chart]. A canvas outlives the swaps of htmx (hx-preserve): its chart is moved to the new
// values, not drawn anew.

import { plot } from "../charts.js";

const TONES = ["primary", "good", "bad", "waiting", "quiet"];

function palette() {
  const style = getComputedStyle(document.querySelector(".ops"));
  const of = (name) => style.getPropertyValue(`--ops-${name}`).trim();
  const tones = Object.fromEntries(TONES.map((tone) => [tone, of(tone)]));
  return { ...tones, text: of("text"), ticks: of("text"), line: of("line"), ground: of("ground") };
}

function drawAll() {
  const figures = document.querySelectorAll("[data-chart]");
  if (!figures.length) return;
  const colors = palette();
  for (const figure of figures) {
    const canvas = figure.querySelector("canvas");
    if (!canvas.parentElement.hidden) plot(canvas, JSON.parse(figure.dataset.chart), colors);
  }
}

drawAll();
document.body.addEventListener("htmx:afterSwap", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
