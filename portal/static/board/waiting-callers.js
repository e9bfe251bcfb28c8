/**
 * Who waits in a queue, for a supervisor: he changes turns, moves callers, and gives them to somebody.
 */
import { html, useState } from "../preact.js";
import { Choice } from "../parts/choice.js";
import { Dialog } from "../parts/dialog.js";
import { Loading } from "../parts/card.js";
import { useSession, useTopic } from "../store.js";
import { callerTitle } from "../words.js";
import { moveCaller, pickCaller, prioritise } from "./deeds.js";
import { TickingLevel } from "./level.js";
import { stateOf } from "./states.js";

/** @param {{queue: any, queues: any[], agents: any[], limits: import("./limits.js").Limits}} props */
export function WaitingCallers({ queue, queues, agents, limits }) {
  const { rows, refused } = useTopic(`waiting/${queue.queue}`);
  const [asked, setAsked] = useState(/** @type {{kind: "move" | "pick", caller: any} | null} */ (null));
  if (refused) {
    return html`<p class="empty">You may not see who waits here.</p>`;
  }
  if (rows === null) {
    return html`<${Loading} />`;
  }
  const callers = Object.values(rows).sort((a, b) => a.position - b.position);
  const close = () => setAsked(null);
  return html`${callers.length === 0 ? html`<p class="empty">Nobody is waiting.</p>` : html`<table class="rows inner waiting">
      <caption class="unseen">Callers waiting in ${queue.name}</caption>
      <thead><tr>
        <th scope="col" class="number">Place</th><th scope="col">Caller</th><th scope="col" class="number">Waited</th>
        <th scope="col">State</th><th scope="col"><span class="unseen">What you can do</span></th>
      </tr></thead>
      <tbody>${callers.map((caller) => html`<${Row} key=${caller.call} caller=${caller} limits=${limits}
        ask=${(/** @type {"move" | "pick"} */ kind) => setAsked({ kind, caller })} />`)}</tbody>
    </table>`}
    ${asked?.kind === "move" && html`<${MoveDialog} caller=${asked.caller} onClose=${close}
      queues=${queues.filter((each) => each.queue !== queue.queue)} />`}
    ${asked?.kind === "pick" && html`<${PickDialog} caller=${asked.caller} queue=${queue} agents=${agents} onClose=${close} />`}`;
}

/** @param {{caller: any, limits: import("./limits.js").Limits, ask: (kind: "move" | "pick") => void}} props */
function Row({ caller, limits, ask }) {
  const who = callerTitle(caller);
  const first = caller.priority === 1;
  return html`<tr>
    <td class="number digits">${caller.position}</td>
    <td><span class="caller-name">${who}</span>${caller.name && caller.number ? html` <span class="digits quiet">${caller.number}</span>` : ""}</td>
    <td class="number"><${TickingLevel} since=${caller.waiting_since} limits=${limits} of="longest" /></td>
    <td><${Remarks} caller=${caller} /></td>
    <td class="row-actions">
      <button type="button" class="small" onClick=${() => ask("pick")} aria-label=${`Give to… ${who}`}>Give to…</button>
      <button type="button" class="small" onClick=${() => ask("move")} aria-label=${`Move… ${who}`}>Move…</button>
      <button type="button" class="small" onClick=${() => prioritise(caller, first ? null : 1)}
        aria-label=${first ? `By his wait: ${who}` : `Serve first: ${who}`}>${first ? "By his wait" : "Serve first"}</button>
    </td>
  </tr>`;
}

/** @param {{caller: any}} props */
function Remarks({ caller }) {
  const { callback, priority, ringing_at: ringing } = caller;
  return html`<span class="remarks">
    ${callback && html`<span class="tag">to be called back</span>`}
    ${priority !== null && html`<span class="tag">priority ${priority}</span>`}
    ${ringing.length > 0 && html`<span class="tag">rings at ${ringing.join(", ")}</span>`}
    ${!callback && priority === null && ringing.length === 0 && html`<span class="quiet small">waits</span>`}
  </span>`;
}

/** @param {{caller: any, queues: any[], onClose: () => void}} props */
function MoveDialog({ caller, queues, onClose }) {
  const [to, setTo] = useState(queues[0]?.queue ?? "");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
    await moveCaller(caller, queues.find((each) => each.queue === to));
  };
  return html`<${Dialog} title=${`Move ${callerTitle(caller)}`} onClose=${onClose}>
    ${queues.length === 0 ? html`<p class="empty">There is no other queue that you look after.</p>` : html`<form onSubmit=${submit}>
      <${Choice} label="To which queue" value=${to} onChange=${setTo}
        options=${queues.map((each) => [each.queue, `${each.name} ${each.queue}, ${each.waiting} waiting`])}
        hint="The time waited so far counts there too." />
      <div class="actions"><button type="submit" class="primary">Move</button></div>
    </form>`}
  <//>`;
}

/** @param {{caller: any, queue: any, agents: any[], onClose: () => void}} props */
function PickDialog({ caller, queue, agents, onClose }) {
  const { who } = useSession();
  const options = choices(agents, queue.queue, who);
  const [agent, setAgent] = useState(options[0]?.[0] ?? "");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
    const name = agent === who.extension ? "your phones" : agents.find((each) => each.agent === agent)?.name ?? agent;
    await pickCaller(caller, agent, name);
  };
  return html`<${Dialog} title=${`Give ${callerTitle(caller)} to an agent`} onClose=${onClose}>
    <form onSubmit=${submit}>
      <${Choice} label="Who shall be rung" value=${agent} onChange=${setAgent} options=${options}
        hint="Now, out of turn and whatever the agent's status. If nobody answers, the caller is where he was." />
      <div class="actions"><button type="submit" class="primary">Ring</button></div>
    </form>
  <//>`;
}

/**
 * Those of the queue before others, those who are free before those who are not.
 * @param {any[]} agents @param {string} queue @param {import("../store.js").Who} who
 * @returns {[string, string][]}
 */
function choices(agents, queue, who) {
  const rank = (/** @type {any} */ agent) => (agent.queues.includes(queue) ? 0 : 100) + stateOf(agent.doing).place;
  const others = agents.filter(({ agent }) => agent !== who.extension).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
  return [
    ...others.map((each) => /** @type {[string, string]} */ ([each.agent, `${each.name}, ${stateOf(each.doing).word}`])),
    [who.extension, "Myself"],
  ];
}
