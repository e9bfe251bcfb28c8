/**
 * The queues that one looks after, as they are configured.
 */
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { NewQueue } from "../queues/new-queue.js";
import { TYPES } from "../queues/rules.js";
import { Link } from "../router.js";
import { useSession } from "../store.js";
import { counted } from "../words.js";

export default function QueuesPage() {
  const { who } = useSession();
  const loaded = useLoaded("queues", () => api.get("queues"));
  const [asked, setAsked] = useState(false);
  return html`<div class="page-head"><h1>Queues</h1>
      ${who.role === "office_manager" && html`<div class="actions"><button type="button" class="primary" onClick=${() => setAsked(true)}>New queue…</button></div>`}
    </div>
    <${Card} title="Your queues"><${Loaded} loaded=${loaded}>${(/** @type {any[]} */ queues) => queues.length === 0
      ? html`<${Empty}>There is no queue that you look after.<//>`
      : html`<table class="rows stack">
        <thead><tr><th scope="col">Queue</th><th scope="col">Type</th><th scope="col" class="number">Priority</th>
          <th scope="col" class="number">Wrap-up</th><th scope="col" class="number">Ring time</th><th scope="col" class="number">Longest wait</th>
          <th scope="col" class="number">Service level within</th><th scope="col">Agents</th></tr></thead>
        <tbody>${queues.map((queue) => html`<${Row} key=${queue.queue} queue=${queue} />`)}</tbody>
      </table>`}<//><//>
    ${asked && html`<${NewQueue} onClose=${() => setAsked(false)} />`}`;
}

/** @param {{queue: any}} props */
function Row({ queue: { queue, rules, agents, warnings } }) {
  return html`<tr>
    <th scope="row"><${Link} to=${`/queues/${encodeURIComponent(queue)}`} class="queue-name">${rules.name}<//> <span class="digits quiet">${queue}</span>
      ${warnings.length > 0 && html`<span class="small block warned"><${Icon} name="warning" /> ${counted(warnings.length, "warning")}</span>`}</th>
    <td data-label="Type">${TYPES.find(([type]) => type === rules.type)?.[1]}</td>
    <td data-label="Priority" class="number">${rules.priority}</td>
    <td data-label="Wrap-up" class="number">${rules.wrap_up}</td>
    <td data-label="Ring time" class="number">${rules.ring_time}</td>
    <td data-label="Longest wait" class="number">${rules.max_wait ?? html`<span class="quiet">no limit</span>`}</td>
    <td data-label="Service level within" class="number">${rules.service_level}</td>
    <td data-label="Agents">${agents.length === 0 ? html`<span class="warned"><${Icon} name="warning" /> nobody</span>` : agents.map((/** @type {any} */ each) => each.name).join(", ")}</td>
  </tr>`;
}
