/**
 * The agents of a queue: their order, and how each answers it.
 */
import { notify, orSay } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { Confirm } from "../parts/confirm.js";
import { Icon } from "../parts/icon.js";
import { AssignmentDialog } from "./assignment-dialog.js";

const encode = encodeURIComponent;
const USUAL = { order: 1, priority: null, wrap_up: null, max_calls: 1, devices: null, confirm: false, auto_answer: false };

/** @param {{queue: any, users: any[], put: (queue: any) => void, again: () => void}} props users: of the account */
export function Assigned({ queue, users, put, again }) {
  const [changed, setChanged] = useState(/** @type {string | null} */ (null));
  const [removed, setRemoved] = useState(/** @type {any} */ (null));
  const path = `queues/${encode(queue.queue)}`;
  /** What the server answers is the queue as it is now; where it refuses, it is looked at again. @param {Promise<any>} deed */
  const carry = async (deed) => {
    if (!(await orSay(deed.then((/** @type {any} */ answer) => (answer ? put(answer) : again()))))) {
      again();
    }
  };
  const move = (/** @type {number} */ from, /** @type {number} */ to) => {
    const agents = queue.agents.map((/** @type {any} */ each) => each.agent);
    agents.splice(to, 0, ...agents.splice(from, 1));
    return carry(api.put(`${path}/order`, { agents }, queue.agents_version));
  };
  const add = async (/** @type {string} */ agent) => {
    const order = Math.max(0, ...queue.agents.map((/** @type {any} */ each) => each.rules.order)) + 1;
    await carry(api.put(`${path}/agents/${encode(agent)}`, { ...USUAL, order }));
  };
  const remove = async () => {
    await carry(api.delete(`${path}/agents/${encode(removed.agent)}`));
    notify(`${removed.name} answers this queue no more.`);
  };
  const orders = new Set(queue.agents.map((/** @type {any} */ each) => each.rules.order));
  /** Agents of one order number are a group, which a move of one would break up. */
  const movable = queue.agents.length > 1 && (orders.size === queue.agents.length || queue.rules.type === "linear_hunt");
  return html`<${Card} title="Agents of this queue" kind="assigned">
    ${queue.agents.length === 0 ? html`<${Empty}>Nobody answers this queue yet. Choose somebody below.<//>` : html`<table class="rows stack">
      <thead><tr>
        <th scope="col">Agent</th><th scope="col" class="number">Order</th><th scope="col" class="number">Priority</th>
        <th scope="col" class="number">Wrap-up</th><th scope="col">Phones</th><th scope="col">Rules</th>
        <th scope="col"><span class="unseen">What you can do</span></th>
      </tr></thead>
      <tbody>${queue.agents.map((/** @type {any} */ each, /** @type {number} */ place) => html`<${Row} key=${each.agent} assigned=${each}
        movable=${movable} up=${place > 0 && (() => move(place, place - 1))} down=${place < queue.agents.length - 1 && (() => move(place, place + 1))}
        change=${() => setChanged(each.agent)} remove=${() => setRemoved(each)} />`)}</tbody>
    </table>`}
    <${Add} users=${users.filter(({ extension }) => !queue.agents.some((/** @type {any} */ each) => each.agent === extension))} add=${add} />
    ${changed && html`<${AssignmentDialog} queue=${queue} agent=${changed} put=${put} onClose=${() => setChanged(null)} />`}
    ${removed && html`<${Confirm} title=${`Take ${removed.name} out of this queue?`} deed="Take out" act=${remove} onClose=${() => setRemoved(null)}>
      ${removed.name} is offered no more calls of it. A call of it that goes on is not ended.
    <//>`}
  <//>`;
}

/** Stays where it is at the end of the way, so that the focus does too. @param {{icon: string, label: string, move: (() => void) | false}} props */
function Mover({ icon, label, move }) {
  return html`<button type="button" class="plain" aria-disabled=${!move} aria-label=${label} onClick=${move || undefined}><${Icon} name=${icon} /></button>`;
}

/** @param {{assigned: any, movable: boolean, up: any, down: any, change: () => void, remove: () => void}} props up, down: false at that end */
function Row({ assigned: { agent, name, rules, phones }, movable, up, down, change, remove }) {
  const special = [
    rules.max_calls > 1 && `${rules.max_calls} calls at once`,
    rules.confirm && "presses 1 to accept",
    rules.auto_answer && "phone picks up by itself",
  ].filter(Boolean);
  return html`<tr>
    <th scope="row"><span class="queue-name">${name}</span> <span class="digits quiet">${agent}</span></th>
    <td data-label="Order" class="number"><span class="order">
      ${movable && html`<${Mover} icon="up" label=${`Move ${name} up`} move=${up} /><${Mover} icon="down" label=${`Move ${name} down`} move=${down} />`}
      <span class="digits">${rules.order}</span></span></td>
    <td data-label="Priority" class="number">${rules.priority ?? html`<span class="quiet">the queue's</span>`}</td>
    <td data-label="Wrap-up" class="number">${rules.wrap_up ?? html`<span class="quiet">the queue's</span>`}</td>
    <td data-label="Phones">${phones.length === 0 ? "none" : rules.devices === null ? "all" : rules.devices.join(", ")}</td>
    <td data-label="Rules">${special.join(", ")}</td>
    <td class="row-actions">
      <button type="button" class="small" onClick=${change} aria-label=${`Change how ${name} answers this queue`}>Change…</button>
      <button type="button" class="small" onClick=${remove} aria-label=${`Take out ${name}`}>Take out…</button>
    </td>
  </tr>`;
}

/** @param {{users: any[], add: (agent: string) => Promise<void>}} props */
function Add({ users, add }) {
  const [agent, setAgent] = useState("");
  const chosen = users.some(({ extension }) => extension === agent) ? agent : users[0]?.extension ?? "";
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    await add(chosen);
  };
  return users.length === 0
    ? html`<p class="hint">Everybody of the account answers this queue.</p>`
    : html`<form class="add-line" onSubmit=${submit}>
      <${Choice} label="One more agent" value=${chosen} onChange=${setAgent} options=${users.map(({ extension, name }) => [extension, `${name} ${extension}`])} />
      <button type="submit">Add</button>
    </form>`;
}
