/**
 * Who did what in the account, the newest first.
 */
import { api, query } from "../api.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Field } from "../parts/field.js";
import { Icon } from "../parts/icon.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { When } from "../parts/timer.js";

const PAGE_ROWS = 50;

export default function AuditPage() {
  const [typed, setTyped] = useState({ subject: "", actor: "" });
  const [filter, setFilter] = useState(typed);
  const [cursors, setCursors] = useState(/** @type {number[]} */ ([]));
  const path = `audit?${query({ ...filter, before: cursors.at(-1), limit: PAGE_ROWS })}`;
  const loaded = useLoaded(path, () => api.get(path));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    setFilter({ subject: typed.subject.trim(), actor: typed.actor.trim() });
    setCursors([]);
  };
  const field = (/** @type {"subject" | "actor"} */ key, /** @type {string} */ label, /** @type {string} */ example) => html`<${Field} label=${label} placeholder=${example}
    value=${typed[key]} onInput=${(/** @type {any} */ event) => setTyped({ ...typed, [key]: event.target.value })} />`;
  return html`<div class="page-head"><h1>Audit</h1></div>
    <${Card} title="Who did what">
      <form class="filters" onSubmit=${submit}>${field("subject", "Of what", "queue 7001")}${field("actor", "By extension", "1001")}<button type="submit">Show</button></form>
      <${Loaded} loaded=${loaded} exact>${(/** @type {any} */ { entries, next }) => entries.length === 0
        ? html`<${Empty}>Nothing is noted${filter.subject || filter.actor ? " of that" : " yet"}.<//>`
        : html`<table class="rows stack audit">
            <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Of what</th><th scope="col">In detail</th></tr></thead>
            <tbody>${entries.map((/** @type {any} */ entry) => html`<${Row} key=${entry.id} entry=${entry} />`)}</tbody>
          </table>
          ${(cursors.length > 0 || next !== null) && html`<nav class="pages" aria-label="Pages of the audit">
            <button type="button" disabled=${cursors.length === 0} onClick=${() => setCursors(cursors.slice(0, -1))}><${Icon} name="left" />Newer</button>
            <button type="button" disabled=${next === null} onClick=${() => setCursors([...cursors, next])}>Older<${Icon} name="right" /></button>
          </nav>`}`}<//>
    <//>`;
}

/** @param {{entry: any}} props */
function Row({ entry: { at, actor, actor_name: name, action, subject, detail } }) {
  return html`<tr>
    <td data-label="When" class="nowrap"><${When} at=${at} /></td>
    <td data-label="Who">${actor === null ? html`<span class="quiet">nobody logged in</span>` : html`${name ?? ""} <span class="quiet digits">${actor}</span>`}</td>
    <th scope="row" data-label="What">${inWords(action)}</th>
    <td data-label="Of what">${subject}</td>
    <td data-label="In detail"><${Detail} detail=${detail} /></td>
  </tr>`;
}

/** @param {{detail: Record<string, any>}} props */
function Detail({ detail }) {
  return html`<ul class="plain-list detail">${Object.entries(detail).map(([what, value]) => html`<li key=${what}>
    <span class="quiet">${inWords(what)}:</span> ${Array.isArray(value) && value.length === 2
      ? html`${said(value[0])} <span aria-hidden="true">→</span><span class="unseen"> became </span> <strong>${said(value[1])}</strong>`
      : said(value)}
  </li>`)}</ul>`;
}

/** @param {any} value */
function said(value) {
  if (Array.isArray(value)) {
    return value.map(said).join(", ") || "nothing";
  }
  return value === null || value === "" ? "nothing" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {string} word @returns {string} `queue_changed` as people read it */
function inWords(word) {
  const words = word.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
