/**
 * The calls of a supervisor's queues, of a manager's account: searched, narrowed, paged.
 */
import { Direction, NumberOf, outcomeInWords, Pages } from "../agent/call-history.js";
import { DialDialog } from "../agent/dial-dialog.js";
import { api, query } from "../api.js";
import { html, useEffect, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { Field } from "../parts/field.js";
import { Icon } from "../parts/icon.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { When } from "../parts/timer.js";
import { useTopic } from "../store.js";
import { spokenLength } from "../words.js";

const PAGE_ROWS = 50;
const TYPED_MS = 250;
const NOTHING = { search: "", queue: "", agent: "", from: "", to: "" };

export default function HistoryPage() {
  const [wanted, setWanted] = useState(NOTHING);
  const [cursors, setCursors] = useState(/** @type {string[]} */ ([]));
  const [dialled, setDialled] = useState(/** @type {any} */ (null));
  const devices = useTopic("me").rows?.me?.devices ?? [];
  const search = useSettled(wanted.search.trim());
  const path = `calls?${query({ ...wanted, search, before: cursors.at(-1), limit: PAGE_ROWS })}`;
  const loaded = useLoaded(path, () => api.get(path));
  const choices = useLoaded("whom", () => Promise.all([api.get("queues"), api.get("users")]));
  const set = (/** @type {object} */ values) => {
    setWanted({ ...wanted, ...values });
    setCursors([]);
  };
  return html`<div class="page-head"><h1>Calls</h1></div>
    <${Card} title="Call history" kind="history" aside=${html`<button type="button" onClick=${loaded.again}>Look again</button>`}>
      <div class="filters">
        <label class="search"><span class="unseen">Search the call history</span><${Icon} name="search" />
          <input id="history-search" type="search" placeholder="Number, name, queue or agent" value=${wanted.search}
            onInput=${(/** @type {any} */ event) => set({ search: event.target.value })} /></label>
        <${Choice} label="Queue" quiet value=${wanted.queue} onChange=${(/** @type {string} */ queue) => set({ queue })}
          options=${[["", "All queues"], ...(choices.answer?.[0] ?? []).map((/** @type {any} */ each) => [each.queue, each.rules.name])]} />
        <${Choice} label="Agent" quiet value=${wanted.agent} onChange=${(/** @type {string} */ agent) => set({ agent })}
          options=${[["", "All agents"], ...(choices.answer?.[1] ?? []).filter((/** @type {any} */ each) => each.queues.length > 0).map((/** @type {any} */ each) => [each.extension, each.name])]} />
        <${Field} label="From" type="date" value=${wanted.from} onInput=${(/** @type {any} */ event) => set({ from: event.target.value })} />
        <${Field} label="To" type="date" value=${wanted.to} onInput=${(/** @type {any} */ event) => set({ to: event.target.value })} />
        ${JSON.stringify(wanted) !== JSON.stringify(NOTHING) && html`<button type="button" onClick=${() => set(NOTHING)}>Show all</button>`}
      </div>
      <${Loaded} loaded=${loaded} exact>${(/** @type {any} */ { calls, next }) => html`
        ${calls.length === 0 ? html`<${Empty}>No call is like that.<//>` : html`<${Calls} calls=${calls} dial=${setDialled} />`}
        <${Pages} page=${cursors.length + 1} older=${next && (() => setCursors([...cursors, next]))} newer=${cursors.length > 0 && (() => setCursors(cursors.slice(0, -1)))} />`}<//>
    <//>
    ${dialled && html`<${DialDialog} call=${dialled} devices=${devices} onClose=${() => setDialled(null)} />`}`;
}

/** @param {string} typed @returns {string} what has been typed, once it has been left alone for a moment */
function useSettled(typed) {
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}

/** @param {{calls: any[], dial: (call: any) => void}} props */
function Calls({ calls, dial }) {
  return html`<table class="rows stack">
    <thead><tr>
      <th scope="col">Direction</th><th scope="col">Number</th><th scope="col">Name</th><th scope="col">From</th><th scope="col">Queue</th>
      <th scope="col">Agent</th><th scope="col">Time</th><th scope="col" class="number">Waited</th><th scope="col" class="number">Talked</th><th scope="col">Outcome</th>
    </tr></thead>
    <tbody>${calls.map((call) => html`<tr key=${call.call}>
      <td data-label="Direction"><${Direction} call=${call} /></td>
      <td data-label="Number"><${NumberOf} call=${call} dial=${dial} /></td>
      <td data-label="Name">${call.name}</td>
      <td data-label="From">${call.origin}</td>
      <td data-label="Queue">${call.queue_name}</td>
      <td data-label="Agent">${call.agent_name}</td>
      <td data-label="Time" class="nowrap"><${When} at=${call.arrived} /></td>
      <td data-label="Waited" class="number digits">${call.waited_s === null ? "" : spokenLength(call.waited_s)}</td>
      <td data-label="Talked" class="number digits">${call.talked_s ? spokenLength(call.talked_s) : ""}</td>
      <td data-label="Outcome">${outcomeInWords(call.outcome)}</td>
    </tr>`)}</tbody>
  </table>`;
}
