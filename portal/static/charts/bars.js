/**
 * Stacked bars over time, as SVG, with the same figures as a table for who does not see the picture.
 */
import { html, useRef } from "../preact.js";
import { useWidth, wholeScale } from "./scale.js";

const HEIGHT = 180;
const DIGIT = 7;
const LINE = 14;
const TOP = 6;

/**
 * @typedef {{label: string, below?: string, long: string, [series: string]: any}} Bar
 *   label, below: two lines under it; long: in the table
 * @typedef {{key: string, name: string, colour: string}} Series colour: `a`, `b`, ... of `charts.css`
 */

/** @param {{title: string, unit: string, bars: Bar[], series: Series[], every: number}} props every: which labels are written */
export function BarChart({ title, unit, bars, series, every }) {
  const figure = useRef(null);
  const width = useWidth(figure, 420);
  const { top, ticks } = wholeScale(Math.max(...bars.map((bar) => total(bar, series)), 0));
  const left = 12 + DIGIT * Math.max(2, String(top).length);
  const bottom = HEIGHT - LINE * (bars.some((bar) => bar.below) ? 2 : 1) - 4;
  const y = (/** @type {number} */ value) => TOP + (bottom - TOP) * (1 - value / top);
  const step = (width - left) / bars.length;
  const all = bars.reduce((sum, bar) => sum + total(bar, series), 0);
  return html`<figure class="chart" ref=${figure}>
    <figcaption>${title}</figcaption>
    <svg role="img" aria-label=${`${title}: ${Number(all.toFixed(1))} in all. The table that follows has the figures.`} width=${width} height=${HEIGHT}
      viewBox=${`0 0 ${width} ${HEIGHT}`}>
      ${ticks.map((tick) => html`<g key=${tick}>
        <line class="grid" x1=${left} x2=${width} y1=${y(tick)} y2=${y(tick)} />
        <text class="axis" x=${left - 6} y=${y(tick) + 4} text-anchor="end">${tick}</text>
      </g>`)}
      ${bars.map((bar, place) => html`<g key=${place}>
        <${Stack} bar=${bar} series=${series} x=${left + place * step} width=${step} y=${y} bottom=${bottom} />
        ${place % every === 0 && [bar.label, bar.below].map((text, line) => text && html`<text key=${line} class="axis"
          x=${left + (place + 0.5) * step} y=${bottom + LINE * (line + 1)} text-anchor="middle">${text}</text>`)}
      </g>`)}
    </svg>
    <${Legend} series=${series} bars=${bars} />
    <table class="unseen"><caption>${title}</caption>
      <thead><tr><th scope="col">${unit}</th>${series.map((each) => html`<th scope="col" key=${each.key}>${each.name}</th>`)}</tr></thead>
      <tbody>${bars.map((bar, place) => html`<tr key=${place}>
        <th scope="row">${bar.long}</th>${series.map((each) => html`<td key=${each.key}>${bar[each.key]}</td>`)}
      </tr>`)}</tbody>
    </table>
  </figure>`;
}

/** @param {Bar} bar @param {Series[]} series */
function total(bar, series) {
  return series.reduce((sum, { key }) => sum + bar[key], 0);
}

/** One bar: its parts on each other. @param {{bar: Bar, series: Series[], x: number, width: number, bottom: number,
 *   y: (value: number) => number}} props */
function Stack({ bar, series, x, width, bottom, y }) {
  const thick = Math.max(3, Math.min(26, width * 0.68));
  let below = 0;
  const said = `${bar.long}: ${series.map(({ key, name }) => `${name.toLowerCase()} ${bar[key]}`).join(", ")}`;
  const parts = series.filter(({ key }) => bar[key] > 0).map(({ key, colour }) => {
    const from = below;
    below += bar[key];
    return html`<rect key=${key} class=${`series-${colour}`} data-series=${key} data-calls=${bar[key]} x=${x + (width - thick) / 2}
      width=${thick} y=${y(below)} height=${Math.max(1, y(from) - y(below) - (from > 0 ? 1 : 0))} rx="1.5" />`;
  });
  return html`<g><title>${said}</title><rect class="hover" x=${x} width=${width} y=${TOP} height=${bottom - TOP} />${parts}</g>`;
}

/** @param {{series: Series[], bars: Bar[]}} props */
function Legend({ series, bars }) {
  return html`<ul class="legend">${series.map(({ key, name, colour }) => html`<li key=${key}>
    <span class=${`swatch series-${colour}`} />${name} <span class="digits">${Number(bars.reduce((sum, bar) => sum + bar[key], 0).toFixed(1))}</span>
  </li>`)}</ul>`;
}
