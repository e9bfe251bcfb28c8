/**
 * His calls, newest first: searched, paged, and each number a click away from being called.
 */
import { api, query } from "../api.js";
import { html, useEffect, useState } from "../preact.js";
import { Card, Empty, Failed, Loading } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { When } from "../parts/timer.js";
import { spokenLength } from "../words.js";
import { useAsked } from "./asked.js";
import { DialDialog } from "./dial-dialog.js";

const PAGE_ROWS = 20;
const TYPED_MS = 250;

/** @param {{devices: any[]}} props */
export function CallHistory({ devices }) {
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [cursors, setCursors] = useState(/** @type {string[]} */ ([]));
  const [dialled, setDialled] = useState(/** @type {any} */ (null));
  useEffect(() => {
    if (typed.trim() === search) {
      return undefined;
    }
    const timer = setTimeout(() => {
      setSearch(typed.trim());
      setCursors([]);
    }, TYPED_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const path = `calls?${query({ search, before: cursors.at(-1), limit: PAGE_ROWS })}`;
  const { answer, problem, again } = useAsked(path, () => api.get(path));
  return html`<${Card} title="Call history" kind="history" aside=${html`<${Search} typed=${typed} setTyped=${setTyped} />`}>
    ${problem && html`<${Failed} problem=${problem} retry=${again} />`}
    ${answer === null ? !problem && html`<${Loading} />` : html`
      <${Calls} calls=${answer.calls} search=${search} dial=${setDialled} />
      <${Pages} page=${cursors.length + 1} older=${answer.next && (() => setCursors([...cursors, answer.next]))}
        newer=${cursors.length > 0 && (() => setCursors(cursors.slice(0, -1)))} />`}
    ${dialled && html`<${DialDialog} call=${dialled} devices=${devices} onClose=${() => setDialled(null)} />`}
  <//>`;
}

/** @param {{typed: string, setTyped: (text: string) => void}} props */
function Search({ typed, setTyped }) {
  return html`<label class="search"><span class="unseen">Search the call history</span><${Icon} name="search" />
    <input id="history-search" type="search" placeholder="Number, name or queue" value=${typed}
      onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} />
  </label>`;
}

/** @param {{calls: any[], search: string, dial: (call: any) => void}} props */
function Calls({ calls, search, dial }) {
  if (calls.length === 0) {
    return html`<${Empty}>${search ? `No call matches “${search}”.` : "No calls yet. They will be listed here, the newest first."}<//>`;
  }
  return html`<table class="rows stack">
    <thead><tr>
      <th scope="col">Direction</th><th scope="col">Number</th><th scope="col">Name</th><th scope="col">From</th>
      <th scope="col">Queue</th><th scope="col">Time</th><th scope="col" class="number">Waited</th>
      <th scope="col" class="number">Talked</th><th scope="col">Outcome</th>
    </tr></thead>
    <tbody>${calls.map((call) => html`<tr key=${call.call}>
      <td data-label="Direction"><${Direction} call=${call} /></td>
      <td data-label="Number"><${NumberOf} call=${call} dial=${dial} /></td>
      <td data-label="Name">${call.name}</td>
      <td data-label="From">${call.origin}</td>
      <td data-label="Queue">${call.queue_name}</td>
      <td data-label="Time"><${When} at=${call.arrived} /></td>
      <td data-label="Waited" class="number digits">${call.waited_s === null ? "" : spokenLength(call.waited_s)}</td>
      <td data-label="Talked" class="number digits">${call.talked_s === null ? "" : spokenLength(call.talked_s)}</td>
      <td data-label="Outcome">${outcomeInWords(call.outcome)}</td>
    </tr>`)}</tbody>
  </table>`;
}

const DIRECTIONS = /** @type {Record<string, [string, string]>} */ ({
  inbound: ["incoming", "Inbound"],
  outbound: ["outgoing", "Outbound"],
  internal: ["internal", "Internal"],
});

/** @param {{call: any}} props */
export function Direction({ call }) {
  const [icon, word] = DIRECTIONS[call.direction] ?? ["phone", call.direction];
  return html`<span class="direction"><${Icon} name=${call.outcome === "missed" ? "missed" : icon} />${word}</span>`;
}

/** @param {{call: any, dial: (call: any) => void}} props */
export function NumberOf({ call, dial }) {
  if (!call.number) {
    return html`<span>Anonymous</span>`;
  }
  return html`<button type="button" class="link digits" title=${`Call ${call.number}`} onClick=${() => dial(call)}>
    ${call.number}
  </button>`;
}

/** @type {Record<string, string>} */
const OUTCOMES = {
  abandoned: "Caller hung up",
  overflowed: "Sent on",
  transferred: "Passed on",
  not_reached: "Not reached",
};

/** @param {string} outcome */
export function outcomeInWords(outcome) {
  if (outcome in OUTCOMES) {
    return OUTCOMES[outcome];
  }
  const words = outcome.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {{page: number, older: any, newer: any}} props absent functions: there is no such page */
export function Pages({ page, older, newer }) {
  if (!older && !newer) {
    return null;
  }
  return html`<nav class="pages" aria-label="Pages of the call history">
    <button type="button" disabled=${!newer} onClick=${newer || undefined}><${Icon} name="left" />Newer</button>
    <span class="quiet">Page ${page}</span>
    <button type="button" disabled=${!older} onClick=${older || undefined}>Older<${Icon} name="right" /></button>
  </nav>`;
}
