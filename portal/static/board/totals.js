/**
 * All of one's queues together, in six figures.
 */
import { html } from "../preact.js";
import { Level, TickingLevel } from "./level.js";
import { levelOf } from "./limits.js";

/** @param {{queues: any[] | null, agents: any[] | null, limits: import("./limits.js").Limits}} props */
export function Totals({ queues, agents, limits }) {
  if (queues === null || queues.length === 0) {
    return null;
  }
  const sum = (/** @type {(queue: any) => number} */ of) => queues.reduce((all, queue) => all + of(queue), 0);
  const doing = (/** @type {string} */ state) => (agents === null ? "–" : agents.filter((agent) => agent.doing === state).length);
  const [answered, abandoned] = [sum(({ today }) => today.answered), sum(({ today }) => today.abandoned)];
  const longest = queues.map((queue) => queue.longest_waiting_since).filter(Boolean).sort()[0] ?? null;
  const gaveUp = answered + abandoned > 0 ? abandoned / (answered + abandoned) : null;
  const worst = queues.map((queue) => levelOf(limits, "waiting", queue.waiting));
  const waiting = worst.includes("bad") ? "bad" : worst.includes("watch") ? "watch" : "good";
  return html`<dl class="totals" aria-label="All queues together">
    <div><dt>Callers waiting</dt><dd class="digits"><${Level} level=${waiting}>${sum((queue) => queue.waiting)}<//></dd></div>
    <div><dt>Longest wait</dt><dd><${TickingLevel} since=${longest} limits=${limits} of="longest" /></dd></div>
    <div><dt>Agents free</dt><dd class="digits">${doing("idle")}</dd></div>
    <div><dt>On a call</dt><dd class="digits">${doing("talking")}</dd></div>
    <div><dt>Answered today</dt><dd class="digits">${answered}</dd></div>
    <div><dt>Abandoned today</dt><dd class="digits"><${Level} level=${levelOf(limits, "abandoned", gaveUp)}>${abandoned}<//></dd></div>
  </dl>`;
}
