/**
 * A chart by Chart.js, which the page loads before; without it nothing is drawn. One that is drawn already moves to its
 * new values.
 * @param {HTMLCanvasElement} canvas
 * @param {object} shown
 * @param {"line"|"bar"|"doughnut"} shown.type
 * @param {string[]} shown.labels
 * @param {{label: string, values: (number|null)[], tone: string}[]} shown.series
 * @param {string[]} [shown.tones] one after the other for the labels, in place of one for each series
 * @param {boolean} [shown.stacked]
 * @param {string} [shown.unit] of the values, in words
 * @param {(value: number) => string} [shown.format] of values, in words
 * @param {Object<string, string>} colors of the tones, and of "text", "ticks", "line" and "ground"
 */
export function plot(canvas, shown, colors) {
  const { Chart } = window;
  if (!Chart) return;
  const settings = { data: { labels: shown.labels, datasets: datasets(shown, colors) }, options: options(shown, colors) };
  const chart = Chart.getChart(canvas);
  if (!chart) {
    new Chart(canvas, { type: shown.type, ...settings });
    return;
  }
  chart.data.labels = shown.labels;
  chart.data.datasets = settings.data.datasets.map((set, place) => Object.assign(chart.data.datasets[place] ?? {}, set));
  chart.options = settings.options;
  chart.update();
}

function datasets({ type, series, labels, tones = [] }, colors) {
  const shades = labels.map((_, place) => shade(colors[tones[place % tones.length]], Math.floor(place / tones.length)));
  return series.map(({ label, values, tone }) => {
    const color = tones.length ? shades : colors[tone];
    const set = { label, data: values, backgroundColor: color, borderColor: color };
    if (type === "line") return { ...set, borderWidth: 2, cubicInterpolationMode: "monotone", pointRadius, pointHitRadius: 12 };
    if (type === "doughnut") return { ...set, borderColor: colors.ground, borderWidth: 2 };
    return { ...set, borderRadius: 3, maxBarThickness: 28, categoryPercentage: 0.75, barPercentage: 0.95 };
  });
}

/** The second round of the same colors is paler. */
function shade(color, round) {
  return round ? `color-mix(in srgb, ${color} ${Math.max(25, 100 - 45 * round)}%, transparent)` : color;
}

/** A point with a gap on either side has no line that shows it. */
function pointRadius({ dataset, dataIndex }) {
  const [before, after] = [dataset.data[dataIndex - 1], dataset.data[dataIndex + 1]];
  return (before ?? after ?? null) === null ? 3 : 0;
}

function options({ type, series, stacked = false, unit = "", format }, colors) {
  const isRound = type === "doughnut";
  const isReversed = document.documentElement.dir === "rtl";
  const axis = (more, ticks) => ({
    stacked,
    border: { display: false },
    grid: { color: colors.line, drawTicks: false },
    ticks: { color: colors.ticks, maxRotation: 0, autoSkipPadding: 12, padding: 6, ...ticks },
    ...more,
  });
  const values = {
    beginAtZero: true,
    position: isReversed ? "right" : "left",
    title: { display: Boolean(unit), text: unit, color: colors.ticks },
  };
  const whole = { precision: unit ? undefined : 0 };
  return {
    locale: document.documentElement.lang,
    responsive: true,
    maintainAspectRatio: false,
    animation: { duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 300 },
    interaction: { mode: isRound ? "nearest" : "index", intersect: isRound },
    cutout: isRound ? "62%" : undefined,
    scales: isRound
      ? {}
      : {
          x: axis({ grid: { display: false }, reverse: isReversed }),
          y: axis(values, format ? { callback: format } : whole),
        },
    plugins: {
      tooltip: { rtl: isReversed, callbacks: format && { label: ({ dataset, raw }) => `${dataset.label}: ${format(raw)}` } },
      legend: {
        display: isRound || series.length > 1,
        rtl: isReversed,
        position: isRound ? (isReversed ? "left" : "right") : "bottom",
        labels: { color: colors.text, boxWidth: 10, boxHeight: 10, useBorderRadius: true, borderRadius: 2 },
      },
    },
  };
}
