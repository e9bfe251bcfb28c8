/**
 * Reports: of queues, agents, times and abandoned calls; as a picture, as rows, and to be taken away as CSV.
 */
import { api, query } from "../api.js";
import { engineNowMs } from "../clock.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { DefinitionsButton } from "../parts/definitions.js";
import { Field } from "../parts/field.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { KINDS } from "../reports/reports.js";
import { Picture } from "../reports/picture.js";
import { NAMES, ReportTable } from "../reports/report-table.js";
import { SPANS, spanOf } from "../reports/span.js";
import { useSession } from "../store.js";

export default function ReportsPage() {
  const { time_zone: zone } = useSession();
  const [wanted, setWanted] = useState({ kind: "queues", by: "day", preset: "week", queue: "", agent: "", ...spanOf(engineNowMs(), zone, "week") });
  const kind = KINDS.find(({ key }) => key === wanted.kind) ?? KINDS[0];
  const by = kind.by.some(([each]) => each === wanted.by) ? wanted.by : "day";
  const asked = query({ from: wanted.from, to: wanted.to, by, queue: kind.queue ? wanted.queue : "", agent: kind.agent ? wanted.agent : "" });
  const path = `reports/${kind.key}?${asked}`;
  const loaded = useLoaded(path, () => api.get(path).then((report) => ({ report, kind, by })));
  const choices = useLoaded("whom", () => Promise.all([api.get("queues"), api.get("users")]));
  const set = (/** @type {object} */ values) => setWanted({ ...wanted, ...values });
  return html`<div class="page-head"><h1>Reports</h1>
      <div class="actions"><a class="button" href=${`/api/v1/reports/${kind.key}.csv?${asked}`} download>Download as CSV</a></div>
    </div>
    <${Card} title="Which report" kind="which-report">
      <div class="filters">
        <${Segments} legend="Report" name="kind" value=${kind.key} options=${KINDS.map(({ key, name }) => [key, name])} onChange=${(/** @type {string} */ key) => set({ kind: key })} />
        <${Segments} legend="Rows" name="by" value=${by} options=${kind.by} onChange=${(/** @type {string} */ cut) => set({ by: cut })} />
      </div>
      <div class="filters">
        <${Choice} label="Time" value=${wanted.preset} options=${[...SPANS.map(([key, words]) => [key, words]), ["own", "From … to …"]]}
          onChange=${(/** @type {string} */ preset) => set({ preset, ...(preset !== "own" && spanOf(engineNowMs(), zone, preset)) })} />
        ${wanted.preset === "own" && html`
          <${Field} label="From" type="date" value=${wanted.from} max=${wanted.to} onInput=${(/** @type {any} */ event) => event.target.value && set({ from: event.target.value })} />
          <${Field} label="To, included" type="date" value=${wanted.to} min=${wanted.from} onInput=${(/** @type {any} */ event) => event.target.value && set({ to: event.target.value })} />`}
        ${kind.queue && html`<${Choice} label="Queue" value=${wanted.queue} onChange=${(/** @type {string} */ queue) => set({ queue })}
          options=${[["", "All queues"], ...(choices.answer?.[0] ?? []).map((/** @type {any} */ each) => [each.queue, `${each.rules.name} ${each.queue}`])]} />`}
        ${kind.agent && html`<${Choice} label="Agent" value=${wanted.agent} onChange=${(/** @type {string} */ agent) => set({ agent })}
          options=${[["", "All agents"], ...(choices.answer?.[1] ?? []).filter((/** @type {any} */ each) => each.queues.length > 0)
            .map((/** @type {any} */ each) => [each.extension, `${each.name} ${each.extension}`])]} />`}
      </div>
    <//>
    <${Loaded} loaded=${loaded} exact>${(/** @type {any} */ { report, kind: of, by: cut }) => html`<${Card} title=${of.name} kind="report-card"
        aside=${html`<${DefinitionsButton} keys=${report.columns.map((/** @type {any} */ { key }) => key).filter((/** @type {string} */ key) => !NAMES.includes(key))} />`}>
      ${report.rows.length === 0
        ? html`<${Empty}>Nothing happened in this time.<//>`
        : html`${cut !== "call" && html`<${Picture} kind=${of} by=${cut} report=${report} />`}<${ReportTable} report=${report} by=${cut} name=${of.name} />`}
      <p class="hint">Days and hours of ${report.time_zone.replaceAll("_", " ")}. What a column means stands on its head, and behind the question mark.</p>
    <//>`}<//>`;
}

/** @param {{legend: string, name: string, value: string, options: [string, string][], onChange: (value: string) => void}} props */
function Segments({ legend, name, value, options, onChange }) {
  return html`<fieldset class="segments"><legend class="unseen">${legend}</legend>${options.map(([each, words]) => html`<label key=${each}>
    <input type="radio" name=${name} value=${each} checked=${each === value} onChange=${() => onChange(each)} /><span>${words}</span>
  </label>`)}</fieldset>`;
}
