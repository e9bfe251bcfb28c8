/**
 * The supervisor's queues: who waits, how the day goes, what their agents do. A queue opens to its waiting callers.
 */
import { Fragment, html, useCallback, useState } from "../preact.js";
import { Card, Empty, Loading } from "../parts/card.js";
import { DefinitionsButton } from "../parts/definitions.js";
import { Icon } from "../parts/icon.js";
import { onlyOnChange } from "../parts/only-on-change.js";
import { Link } from "../router.js";
import { counted, percent, spokenLength } from "../words.js";
import { Level, TickingLevel } from "./level.js";
import { levelOf } from "./limits.js";
import { statesOf } from "./states.js";
import { WaitingCallers } from "./waiting-callers.js";

const FIGURES = ["offered", "answered", "within_service_level", "service_level", "abandoned", "average_wait_s", "average_handle_s"];

/** @param {{rows: Record<string, any> | null, agents: any[], limits: import("./limits.js").Limits}} props rows: of the topic */
export function QueuesCard({ rows, agents, limits }) {
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  const toggle = useCallback((/** @type {string} */ queue) => setOpen((now) => (now === queue ? null : queue)), []);
  const aside = html`<${DefinitionsButton} keys=${FIGURES} />`;
  if (rows === null) {
    return html`<${Card} title="Queues" kind="board-queues"><${Loading} /><//>`;
  }
  const queues = Object.values(rows).sort((a, b) => a.queue.localeCompare(b.queue, "en", { numeric: true }));
  if (queues.length === 0) {
    return html`<${Card} title="Queues" kind="board-queues"><${Empty}>You look after no queue. An office manager can give you some.<//><//>`;
  }
  return html`<${Card} title="Queues" kind="board-queues" aside=${aside}>
    <table class="rows stack board-table">
      <thead><tr>
        <th scope="col">Queue</th><th scope="col" class="number">Waiting</th><th scope="col" class="number">Longest wait</th>
        <th scope="col" class="number">Service level</th><th scope="col" class="number">Answered</th>
        <th scope="col" class="number">Abandoned</th><th scope="col" class="number">Average wait</th>
        <th scope="col" class="number">Average handle</th><th scope="col">Agents</th>
      </tr></thead>
      <tbody>${queues.map((queue) => html`<${Fragment} key=${queue.queue}>
        <${Row} queue=${queue} limits=${limits} open=${open === queue.queue} toggle=${toggle} />
        ${open === queue.queue && html`<tr class="opened"><td colspan="9" id=${`waiting-${queue.queue}`}>
          <${WaitingCallers} queue=${queue} queues=${queues} agents=${agents} limits=${limits} />
        </td></tr>`}
      <//>`)}</tbody>
    </table>
  <//>`;
}

/** @param {{queue: any, limits: import("./limits.js").Limits, open: boolean, toggle: (queue: string) => void}} props */
const Row = onlyOnChange(({ queue: { queue, name, type_name: type, waiting, longest_waiting_since: longest, agents, today }, limits, open, toggle }) => {
  const ended = today.answered + today.abandoned;
  const gaveUp = ended > 0 ? today.abandoned / ended : null;
  return html`<tr data-queue=${queue}>
    <th scope="row"><${Link} to=${`/queues/${encodeURIComponent(queue)}`} class="queue-name">${name}<//>
      <span class="digits quiet"> ${queue}</span><span class="quiet small block">${type}</span></th>
    <td data-label="Waiting" class="number"><${Level} level=${levelOf(limits, "waiting", waiting)}>
      <button type="button" class=${waiting > 0 ? "count some" : "count"} data-waiting-of=${queue} aria-expanded=${open}
        aria-controls=${open ? `waiting-${queue}` : undefined} aria-label=${`${counted(waiting, "caller")} waiting in ${name}`}
        onClick=${() => toggle(queue)}><span class="digits">${waiting}</span><${Icon} name=${open ? "down" : "right"} /></button>
    <//></td>
    <td data-label="Longest wait" class="number"><${TickingLevel} since=${longest} limits=${limits} of="longest" /></td>
    <td data-label="Service level" class="number"><${Level} level=${levelOf(limits, "service_level", today.service_level)}>
      <span class="digits" title=${`Answered within ${spokenLength(today.service_level_s)}`}>${percent(today.service_level)}</span>
    <//></td>
    <td data-label="Answered" class="number digits">${today.answered}</td>
    <td data-label="Abandoned" class="number"><${Level} level=${levelOf(limits, "abandoned", gaveUp)}>
      <span class="digits">${today.abandoned}${gaveUp ? html` <span class="quiet">(${percent(gaveUp)})</span>` : ""}</span>
    <//></td>
    <td data-label="Average wait" class="number"><${Level} level=${levelOf(limits, "average_wait", today.average_wait_s)}>
      <span class="digits">${spokenLength(today.average_wait_s)}</span>
    <//></td>
    <td data-label="Average handle" class="number digits">${spokenLength(today.average_handle_s)}</td>
    <td data-label="Agents"><${States} counts=${agents} /></td>
  </tr>`;
});

/** @param {{counts: Record<string, number>}} props */
function States({ counts }) {
  const states = statesOf(counts);
  return states.length === 0
    ? html`<span class="quiet">nobody assigned</span>`
    : html`<ul class="states">${states.map(({ state, word, colour, icon, count }) => html`<li key=${state} data-colour=${colour}>
      <${Icon} name=${icon} /><strong class="digits">${count}</strong> ${word}
    </li>`)}</ul>`;
}
