/**
 * The rows of a report, with what they are all together.
 */
import { html } from "../preact.js";
import { exactly, format, percent, spokenLength } from "../words.js";

/** Columns that stand in the cell of the number that they name. */
export const NAMES = ["queue_name", "agent_name"];

/** @param {{report: any, by: string, name: string}} props */
export function ReportTable({ report: { columns, rows, total, time_zone: zone }, by, name }) {
  const shown = columns.filter((/** @type {any} */ { key }) => !NAMES.includes(key) && !(key === "from" && by === "total"));
  const numeric = (/** @type {any} */ { unit }) => !["instant", "text"].includes(unit);
  return html`<div class="wide" role="region" aria-label=${`Report ${name}`} tabindex="0"><table class="rows report">
    <thead><tr>${shown.map((/** @type {any} */ column) => html`<th scope="col" key=${column.key} class=${numeric(column) ? "number" : ""}
      title=${column.definition}>${column.name}</th>`)}</tr></thead>
    <tbody>${rows.map((/** @type {any} */ row, /** @type {number} */ place) => html`<tr key=${place}>${shown.map((/** @type {any} */ column) => html`<td key=${column.key}
      class=${numeric(column) ? "number digits" : ""}><${Value} row=${row} column=${column} by=${by} zone=${zone} /></td>`)}</tr>`)}</tbody>
    ${total && html`<tfoot><tr>${shown.map((/** @type {any} */ column, /** @type {number} */ place) => html`<td key=${column.key} class=${numeric(column) ? "number digits" : ""}>
      ${place === 0 ? "In all" : column.key in total && html`<${Value} row=${total} column=${column} by=${by} zone=${zone} />`}</td>`)}</tr></tfoot>`}
  </table></div>`;
}

/** @param {{row: any, column: any, by: string, zone: string}} props */
function Value({ row, column: { key, unit }, by, zone }) {
  const value = row[key];
  if (value === null || value === undefined) {
    return html`<span class="quiet">–</span>`;
  }
  switch (unit) {
    case "seconds": return spokenLength(value);
    case "share": return percent(value);
    case "instant": return html`<time dateTime=${value} title=${exactly(value, zone)}>${instant(value, zone, key === "from" ? by : "call")}</time>`;
    default: return key === "queue" ? html`${row.queue_name} <span class="quiet digits">${value}</span>`
      : key === "agent" ? html`${row.agent_name} <span class="quiet digits">${value}</span>` : String(value);
  }
}

/** @param {string} value @param {string} zone @param {string} by */
function instant(value, zone, by) {
  const day = format(value, zone, { weekday: "short", day: "numeric", month: "short" });
  return by === "day" ? day : `${day} ${format(value, zone, { hour: "2-digit", minute: "2-digit" })}`;
}
