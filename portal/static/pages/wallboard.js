/**
 * A screen on the wall: a few figures of each queue, to be read from the other end of the room. Always dark.
 */
import { api } from "../api.js";
import { useSecond } from "../clock.js";
import { html, useEffect, useState } from "../preact.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../router.js";
import { useSession, useTopic } from "../store.js";
import { TickingLevel, Level } from "../board/level.js";
import { levelOf, useLimits } from "../board/limits.js";
import { percent, spokenLength, timeOfDay } from "../words.js";

const AT_ONCE = 6;
const TURN_MS = 15_000;
/** A screen on the wall is in use though nobody touches it: so often it tells the server, else its session ends. */
const IN_USE_MS = 30 * 60_000;

export default function WallboardPage() {
  const { rows, refused } = useTopic("wallboard");
  const limits = useLimits();
  useEffect(() => {
    const timer = setInterval(() => api.get("session").catch(() => undefined), IN_USE_MS);
    return () => clearInterval(timer);
  }, []);
  const queues = Object.values(rows ?? {}).sort((a, b) => a.queue.localeCompare(b.queue, "en", { numeric: true }));
  const pages = Math.max(1, Math.ceil(queues.length / AT_ONCE));
  const page = useTurn(pages);
  const shown = queues.slice(page * AT_ONCE, (page + 1) * AT_ONCE);
  return html`<div class="wall">
    <header class="wall-head">
      <h1>Wallboard</h1>
      ${pages > 1 && html`<span>${page + 1} of ${pages}</span>`}
      <${Clock} />
      <span class="wall-links">
        <button type="button" onClick=${() => document.documentElement.requestFullscreen?.()}>Full screen</button>
        <${Link} to="/board">Board<//>
      </span>
    </header>
    ${rows === null && !refused
      ? html`<p class="wall-empty" aria-busy="true">Loading…</p>`
      : queues.length === 0
        ? html`<p class="wall-empty">There is no queue to show.</p>`
        : html`<div class="wall-queues" data-queues=${shown.length}>${shown.map((queue) => html`<${Panel} key=${queue.queue} queue=${queue} limits=${limits} />`)}</div>`}
  </div>`;
}

/** @param {number} pages @returns {number} which one's turn it is */
function useTurn(pages) {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (pages === 1) {
      return undefined;
    }
    const timer = setInterval(() => setTurn((now) => now + 1), TURN_MS);
    return () => clearInterval(timer);
  }, [pages]);
  return turn % pages;
}

function Clock() {
  const { time_zone: zone } = useSession();
  return html`<time class="digits">${timeOfDay(useSecond(), zone).slice(0, 5)}</time>`;
}

/** @param {{queue: any, limits: import("../board/limits.js").Limits}} props */
function Panel({ queue, limits }) {
  const { name, waiting, longest_waiting_since: longest, ready, talking, service_level: level, service_level_s: within, target, abandoned, answered } = queue;
  const reached = level === null ? "good" : level < target - 0.1 ? "bad" : level < target ? "watch" : "good";
  const nobody = ready + talking === 0;
  return html`<section class=${`panel ${levelOf(limits, "waiting", waiting)}`} aria-label=${name} data-queue=${queue.queue}>
    <h2>${name}</h2>
    <dl>
      <div class="big"><dt>waiting</dt><dd class="digits"><${Level} level=${levelOf(limits, "waiting", waiting)}>${waiting}<//></dd></div>
      <div class="big"><dt>longest</dt><dd><${TickingLevel} since=${longest} limits=${limits} of="longest" /></dd></div>
      <div><dt>free</dt><dd class="digits">${nobody && waiting > 0 ? html`<${Level} level="bad">${ready}<//>` : ready}</dd></div>
      <div><dt>talking</dt><dd class="digits">${talking}</dd></div>
      <div><dt title=${`Answered within ${spokenLength(within)}; the target is ${percent(target)}`}>in time</dt><dd class="digits"><${Level} level=${reached}>${percent(level)}<//></dd></div>
      <div><dt>gave up</dt><dd class="digits"><${Level} level=${levelOf(limits, "abandoned", answered + abandoned > 0 ? abandoned / (answered + abandoned) : null)}>${abandoned}<//></dd></div>
    </dl>
    ${nobody && html`<p class="panel-note"><${Icon} name="warning" /> Nobody takes calls</p>`}
  </section>`;
}
