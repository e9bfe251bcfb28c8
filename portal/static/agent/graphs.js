/**
 * His calls by hour and by day, and where callers came from. Asked anew when a call of his has ended.
 */
import { api } from "../api.js";
import { BarChart } from "../charts/bars.js";
import { Doughnut } from "../charts/doughnut.js";
import { html } from "../preact.js";
import { Card, Empty, Failed, Loading } from "../parts/card.js";
import { format } from "../words.js";
import { useAsked } from "./asked.js";

const SERIES = [
  { key: "inbound", name: "Inbound", colour: "a" },
  { key: "outbound", name: "Outbound", colour: "b" },
  { key: "missed", name: "Missed", colour: "c" },
];

export function Graphs() {
  const { answer, problem, again } = useAsked("statistics/me/graphs", () => api.get("statistics/me/graphs"));
  return html`<${Card} title="My graphs" kind="graphs">
    ${problem && html`<${Failed} problem=${problem} retry=${again} />`}
    ${answer === null ? !problem && html`<${Loading} />` : html`<div class="charts">
      <${BarChart} title="Calls per hour, last 24 hours" unit="Hour" series=${SERIES} bars=${hours(answer)} every=${3} />
      <${BarChart} title="Calls per day, last 10 days" unit="Day" series=${SERIES} bars=${days(answer)} every=${1} />
      ${answer.origins.length === 0
        ? html`<figure class="chart"><figcaption>Where callers came from</figcaption><${Empty}>No inbound calls yet.<//></figure>`
        : html`<${Doughnut} title="Where callers came from" unit="Origin" parts=${origins(answer)} />`}
    </div>`}
  <//>`;
}

/** @param {any} answer */
function hours({ hours: all, time_zone: zone }) {
  return all.map((/** @type {any} */ hour) => ({
    ...hour,
    label: format(hour.from, zone, { hour: "2-digit" }),
    long: format(hour.from, zone, { weekday: "short", hour: "2-digit", minute: "2-digit" }),
  }));
}

/** @param {any} answer */
function days({ days: all, time_zone: zone }) {
  return all.map((/** @type {any} */ day) => ({
    ...day,
    label: format(day.from, zone, { weekday: "short" }),
    below: format(day.from, zone, { day: "numeric" }),
    long: format(day.from, zone, { weekday: "short", day: "numeric", month: "short" }),
  }));
}

/** @param {any} answer */
function origins({ origins: all }) {
  return all.map((/** @type {any} */ each) => ({ name: each.label, value: each.calls }));
}
