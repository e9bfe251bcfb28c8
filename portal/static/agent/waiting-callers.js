/**
 * Who waits in one queue, in the order in which they will be answered.
 */
import { html } from "../preact.js";
import { Loading } from "../parts/card.js";
import { Elapsed } from "../parts/timer.js";
import { useTopic } from "../store.js";

/** @param {{queue: {queue: string, name: string}}} props */
export function WaitingCallers({ queue }) {
  const { rows, refused } = useTopic(`waiting/${queue.queue}`);
  if (refused) {
    return html`<p class="empty">You may not see who waits here.</p>`;
  }
  if (rows === null) {
    return html`<${Loading} />`;
  }
  const callers = Object.values(rows).sort((a, b) => a.position - b.position);
  if (callers.length === 0) {
    return html`<p class="empty">Nobody is waiting.</p>`;
  }
  return html`<table class="rows inner">
    <caption class="unseen">Callers waiting in ${queue.name}</caption>
    <thead><tr>
      <th scope="col" class="number">Place</th><th scope="col">Number</th><th scope="col">Name</th>
      <th scope="col" class="number">Waited</th>
    </tr></thead>
    <tbody>${callers.map((caller) => html`<tr key=${caller.call}>
      <td class="number digits">${caller.position}</td>
      <td class="digits">${caller.number || "Anonymous"}</td>
      <td>${caller.name}<${Remarks} caller=${caller} /></td>
      <td class="number"><${Elapsed} since=${caller.waiting_since} /></td>
    </tr>`)}</tbody>
  </table>`;
}

/** @param {{caller: any}} props */
function Remarks({ caller }) {
  return html`
    ${caller.callback && html` <span class="tag">to be called back</span>`}
    ${caller.priority !== null && html` <span class="tag">priority ${caller.priority}</span>`}
    ${caller.ringing_at.length > 0 && html` <span class="tag">rings at ${caller.ringing_at.join(", ")}</span>`}`;
}
