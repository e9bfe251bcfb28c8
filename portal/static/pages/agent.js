/**
 * The agent's page: what he needs while he works, from the most urgent down.
 */
import { CallHistory } from "../agent/call-history.js";
import { Graphs } from "../agent/graphs.js";
import { MyQueues } from "../agent/my-queues.js";
import { Phones } from "../agent/phones.js";
import { PresentCall } from "../agent/present-call.js";
import { Statistics } from "../agent/statistics.js";
import { StatusCard } from "../agent/status-card.js";
import { html } from "../preact.js";
import { useMe } from "../store.js";

export default function AgentPage() {
  const me = useMe();
  return html`<h1 class="unseen">My calls</h1>
    <div class="agent-page">
      <${StatusCard} me=${me} />
      <${PresentCall} me=${me} />
      <${MyQueues} />
      <${Phones} me=${me} />
      <${Statistics} />
      <${Graphs} />
      <${CallHistory} devices=${me?.devices ?? []} />
    </div>`;
}
