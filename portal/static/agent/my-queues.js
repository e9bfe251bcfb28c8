/**
 * The queues he is assigned to, and who waits in each of them.
 */
import { Fragment, html, useState } from "../preact.js";
import { Card, Empty, Loading } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Elapsed } from "../parts/timer.js";
import { useTopic } from "../store.js";
import { counted, spokenLength } from "../words.js";
import { WaitingCallers } from "./waiting-callers.js";

export function MyQueues() {
  const { rows } = useTopic("my_queues");
  const [open, setOpen] = useState(/** @type {string | null} */ (null));
  if (rows === null) {
    return html`<${Card} title="My queues" kind="my-queues"><${Loading} /><//>`;
  }
  const queues = Object.values(rows).sort((a, b) => a.queue.localeCompare(b.queue, "en", { numeric: true }));
  const toggle = (/** @type {string} */ queue) => setOpen(open === queue ? null : queue);
  return html`<${Card} title="My queues" kind="my-queues">
    ${queues.length === 0
      ? html`<${Empty}>You are in no queue. A supervisor can assign you to one.<//>`
      : html`<table class="rows stack">
        <thead><tr>
          <th scope="col">Queue</th><th scope="col">Type</th><th scope="col" class="number">Priority</th>
          <th scope="col" class="number">Wrap-up</th><th scope="col" class="number">Longest wait</th>
          <th scope="col" class="number">Callers waiting</th>
        </tr></thead>
        <tbody>${queues.map((queue) => html`<${Fragment} key=${queue.queue}>
          <${Row} queue=${queue} open=${open === queue.queue} toggle=${toggle} />
          ${open === queue.queue && html`<tr class="opened"><td colspan="6" id=${`waiting-${queue.queue}`}>
            <${WaitingCallers} queue=${queue} />
          </td></tr>`}
        <//>`)}</tbody>
      </table>`}
  <//>`;
}

/** @param {{queue: any, open: boolean, toggle: (queue: string) => void}} props */
function Row({ queue, open, toggle }) {
  const { queue: number, name, waiting } = queue;
  return html`<tr>
    <th scope="row"><span class="queue-name">${name}</span> <span class="digits quiet">${number}</span>
      ${queue.devices !== "all" && html`<span class="quiet small">only on ${queue.devices.join(", ") || "no phone"}</span>`}</th>
    <td data-label="Type">${queue.type_name}</td>
    <td data-label="Priority" class="number">${queue.priority}</td>
    <td data-label="Wrap-up" class="number">${queue.wrap_up_s ? spokenLength(queue.wrap_up_s) : "none"}</td>
    <td data-label="Longest wait" class="number"><${Elapsed} since=${queue.longest_waiting_since} /></td>
    <td data-label="Callers waiting" class="number">
      <button type="button" class=${waiting > 0 ? "count some" : "count"} data-waiting-of=${number} aria-expanded=${open}
        aria-controls=${open ? `waiting-${number}` : undefined}
        aria-label=${`${counted(waiting, "caller")} waiting in ${name}`} onClick=${() => toggle(number)}>
        <span class="digits">${waiting}</span><${Icon} name=${open ? "down" : "right"} />
      </button>
    </td>
  </tr>`;
}
