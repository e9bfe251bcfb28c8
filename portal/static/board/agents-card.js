/**
 * The agents of a supervisor's queues: status, what each does and since when, and the call in hand.
 */
import { StatusChooser } from "../agent/status-chooser.js";
import { endWrapUp } from "../agent/deeds.js";
import { html, useState } from "../preact.js";
import { Card, Empty, Loading } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { DefinitionsButton } from "../parts/definitions.js";
import { Icon } from "../parts/icon.js";
import { onlyOnChange } from "../parts/only-on-change.js";
import { Elapsed } from "../parts/timer.js";
import { usePreference } from "../preferences.js";
import { useSession } from "../store.js";
import { callerTitle, spokenLength } from "../words.js";
import { Level, TickingLevel } from "./level.js";
import { levelOf } from "./limits.js";
import { ListenDialog } from "./listening.js";
import { stateOf } from "./states.js";

const FIGURES = ["handled", "missed", "talk_s", "wrap_up_s"];

/** @type {Record<string, (a: any, b: any) => number>} */
const ORDERS = {
  name: (a, b) => a.name.localeCompare(b.name),
  state: (a, b) => stateOf(a.doing).place - stateOf(b.doing).place || (a.doing_since ?? "").localeCompare(b.doing_since ?? ""),
  extension: (a, b) => a.agent.localeCompare(b.agent, "en", { numeric: true }),
};

/** @param {{agents: any[] | null, queues: any[], limits: import("./limits.js").Limits}} props */
export function AgentsCard({ agents, queues, limits }) {
  const [queue, setQueue] = useState("");
  const [order, setOrder] = usePreference("agents");
  const [search, setSearch] = useState("");
  const [heard, setHeard] = useState(/** @type {any} */ (null));
  const wanted = search.trim().toLowerCase();
  const shown = (agents ?? [])
    .filter((each) => queue === "" || each.queues.includes(queue))
    .filter((each) => `${each.name} ${each.agent}`.toLowerCase().includes(wanted))
    .sort((a, b) => (ORDERS[order] ?? ORDERS.state)(a, b) || ORDERS.extension(a, b));
  return html`<${Card} title="Agents" kind="board-agents" aside=${html`<${DefinitionsButton} keys=${FIGURES} />`}>
    <div class="filters">
      <label class="search"><span class="unseen">Search agents</span><${Icon} name="search" />
        <input type="search" placeholder="Name or extension" value=${search}
          onInput=${(/** @type {any} */ event) => setSearch(event.target.value)} /></label>
      <${Choice} label="Queue" quiet value=${queue} onChange=${setQueue}
        options=${[["", "All queues"], ...queues.map((each) => [each.queue, each.name])]} />
      <${Choice} label="Order" quiet value=${order} onChange=${setOrder}
        options=${[["state", "By state"], ["name", "By name"], ["extension", "By extension"]]} />
    </div>
    ${agents === null ? html`<${Loading} />` : shown.length === 0
      ? html`<${Empty}>${agents.length === 0 ? "No agent is assigned to your queues yet." : "No agent is like that."}<//>`
      : html`<table class="rows stack board-table">
        <thead><tr>
          <th scope="col">Agent</th><th scope="col">Status</th><th scope="col">State</th><th scope="col">Call</th>
          <th scope="col" class="number">Handled</th><th scope="col" class="number">Missed</th><th scope="col" class="number">Talk</th>
          <th scope="col"><span class="unseen">What you can do</span></th>
        </tr></thead>
        <tbody>${shown.map((agent) => html`<${Row} key=${agent.agent} agent=${agent}
          queue=${agent.call && (queues.find((each) => each.queue === agent.call.queue)?.name ?? agent.call.queue)} limits=${limits} hear=${setHeard} />`)}</tbody>
      </table>`}
    ${heard && html`<${ListenDialog} agent=${heard} onClose=${() => setHeard(null)} />`}
  <//>`;
}

/** @param {{agent: any, queue: string | null, limits: import("./limits.js").Limits, hear: (agent: any) => void}} props queue: the name of that of his call */
const Row = onlyOnChange(({ agent, queue, limits, hear }) => {
  const { who } = useSession();
  const { word, colour, icon } = stateOf(agent.doing);
  const own = agent.agent === who.extension;
  return html`<tr data-agent=${agent.agent}>
    <th scope="row"><span class="queue-name">${agent.name}</span> <span class="digits quiet">${agent.agent}</span>
      ${!agent.registered && html`<span class="small block no-phone"><${Icon} name="warning" /> no phone registered</span>`}</th>
    <td data-label="Status"><${StatusChooser} me=${agent} label=${`Status of ${agent.name}`} /></td>
    <td data-label="State"><span class="state" data-colour=${colour}><${Icon} name=${icon} />${word}
      ${agent.doing_since && html` <${TickingLevel} since=${agent.doing_since} limits=${limits} of=${agent.doing} />`}</span></td>
    <td data-label="Call">${agent.call && html`<${Call} call=${agent.call} queue=${queue} />`}</td>
    <td data-label="Handled" class="number digits">${agent.today.handled}</td>
    <td data-label="Missed" class="number digits"><${Level} level=${levelOf(limits, "missed", agent.today.missed)}>${agent.today.missed}<//></td>
    <td data-label="Talk" class="number digits">${spokenLength(agent.today.talk_s)}</td>
    <td class="row-actions">
      ${agent.doing === "wrap_up" && html`<button type="button" class="small" onClick=${() => endWrapUp(agent.agent)}
        aria-label=${`End wrap-up of ${agent.name}`}>End wrap-up</button>`}
      ${agent.call && !own && !(who.extension in agent.call.monitors) && html`<button type="button" class="small" onClick=${() => hear(agent)}
        aria-label=${`Listen… to ${agent.name}`}><${Icon} name="headset" />Listen…</button>`}
    </td>
  </tr>`;
});

/** @param {{call: any, queue: string}} props */
function Call({ call, queue }) {
  const heard = Object.keys(call.monitors);
  return html`<span class="agent-call"><span class="caller-name">${callerTitle(call)}</span>
    ${call.name && call.number ? html` <span class="digits quiet">${call.number}</span>` : ""}
    <span class="quiet small block">${queue},${" "}
      <${Elapsed} since=${call.since} />${heard.length > 0 && html` <span class="tag">heard by ${heard.join(", ")}</span>`}</span>
  </span>`;
}
