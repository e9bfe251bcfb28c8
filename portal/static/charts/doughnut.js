/**
 * Shares of a whole as a ring, as SVG, with the same figures as a table. The ring begins at twelve o'clock and goes
 * clockwise in the order of the list beside it.
 */
import { html } from "../preact.js";
import { percent } from "../words.js";

const COLOURS = "abdefgh";
const SIZE = 148;
const OUTER = 70;
const INNER = 44;

/** @param {{title: string, unit: string, parts: {name: string, value: number}[]}} props */
export function Doughnut({ title, unit, parts }) {
  const all = parts.reduce((sum, { value }) => sum + value, 0);
  let before = 0;
  const arcs = parts.map(({ name, value }, place) => {
    const from = before / all;
    before += value;
    return html`<path key=${name} class=${`series-${COLOURS[place % COLOURS.length]}`} data-part=${name} data-calls=${value} d=${arc(from, before / all)}>
      <title>${`${name}: ${value} (${percent(value / all)})`}</title></path>`;
  });
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <div class="doughnut">
      <svg role="img" aria-label=${`${title}: ${all} calls. The table that follows has the figures.`} width=${SIZE} height=${SIZE} viewBox=${`${-SIZE / 2} ${-SIZE / 2} ${SIZE} ${SIZE}`}>
        ${arcs}
        <text class="whole" y="2" text-anchor="middle">${all}</text>
        <text class="axis" y="18" text-anchor="middle">${all === 1 ? "call" : "calls"}</text>
      </svg>
      <ul class="legend" aria-hidden="true">${parts.map(({ name, value }, place) => html`<li key=${name}>
        <span class=${`swatch series-${COLOURS[place % COLOURS.length]}`} /><span>${name}</span> <span class="digits">${value}</span>
      </li>`)}</ul>
    </div>
    <table class="unseen"><caption>${title}</caption>
      <thead><tr><th scope="col">${unit}</th><th scope="col">Calls</th><th scope="col">Share</th></tr></thead>
      <tbody>${parts.map(({ name, value }) => html`<tr key=${name}>
        <th scope="row">${name}</th><td>${value}</td><td>${percent(value / all)}</td>
      </tr>`)}</tbody>
    </table>
  </figure>`;
}

/** A piece of the ring. @param {number} from @param {number} to shares of the whole turn */
function arc(from, to) {
  const end = to - from >= 1 ? from + 0.9999 : to;
  const at = (/** @type {number} */ share, /** @type {number} */ radius) =>
    `${(radius * Math.sin(share * 2 * Math.PI)).toFixed(2)} ${(-radius * Math.cos(share * 2 * Math.PI)).toFixed(2)}`;
  const large = end - from > 0.5 ? 1 : 0;
  return `M${at(from, OUTER)}A${OUTER} ${OUTER} 0 ${large} 1 ${at(end, OUTER)}L${at(end, INNER)}A${INNER} ${INNER} 0 ${large} 0 ${at(from, INNER)}Z`;
}
