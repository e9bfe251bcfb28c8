/**
 * The picture of a report: its rows gathered to the bars of each hour, day, queue or agent.
 */
import { BarChart } from "../charts/bars.js";
import { html } from "../preact.js";
import { format } from "../words.js";

const MOST_BARS = 100;

/** @param {{kind: import("./reports.js").Kind, by: string, report: any}} props */
export function Picture({ kind, by, report }) {
  const bars = by === "total" ? barsOfThings(kind, report) : barsOfTime(kind, by, report);
  if (bars.length < 2 || bars.length > MOST_BARS) {
    return null;
  }
  const unit = kind.unit === "time" ? `${timeUnit(by).word} ` : "calls ";
  const title = `${kind.name}, ${unit}${by === "total" ? (report.columns.some((/** @type {any} */ { key }) => key === "queue") ? "per queue" : "per agent") : `per ${by}`}`;
  return html`<${BarChart} title=${title} unit=${by === "total" ? "Of" : "From"} bars=${bars} series=${kind.series} every=${Math.ceil(bars.length / 16)} />`;
}

/** @param {import("./reports.js").Kind} kind @param {any} report */
function barsOfThings(kind, report) {
  return report.rows.map((/** @type {any} */ row) => {
    const name = row.queue_name ?? row.agent_name ?? "";
    const number = row.queue ?? row.agent;
    return { label: number, long: `${name} ${number}`, ...figures(kind, [row], "total") };
  });
}

/** @param {import("./reports.js").Kind} kind @param {string} by @param {any} report */
function barsOfTime(kind, by, report) {
  /** @type {Map<string, any[]>} */
  const gathered = new Map();
  for (const row of report.rows) {
    gathered.set(row.from, [...(gathered.get(row.from) ?? []), row]);
  }
  const zone = report.time_zone;
  return [...gathered].sort(([a], [b]) => Date.parse(a) - Date.parse(b)).map(([from, rows]) => ({
    label: by === "hour" ? format(from, zone, { hour: "2-digit" }) : format(from, zone, { day: "numeric", month: "short" }),
    long: format(from, zone, by === "hour" ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "full" }),
    ...figures(kind, rows, by),
  }));
}

/** @param {string} by @returns {{word: string, seconds: number}} in what a length of time is drawn */
function timeUnit(by) {
  return by === "hour" ? { word: "minutes", seconds: 60 } : { word: "hours", seconds: 3600 };
}

/** @param {import("./reports.js").Kind} kind @param {any[]} rows @param {string} by */
function figures({ series, unit }, rows, by) {
  const sum = (/** @type {string} */ key) => rows.reduce((all, row) => all + (row[key] ?? 0), 0);
  return Object.fromEntries(series.map(({ key }) => [key, unit === "time" ? Math.round((sum(key) / timeUnit(by).seconds) * 10) / 10 : sum(key)]));
}
