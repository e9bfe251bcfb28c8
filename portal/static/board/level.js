/**
 * A figure with what its limits say of it: a colour, a mark, and words for who hears the page.
 */
import { useSecond } from "../clock.js";
import { html } from "../preact.js";
import { clockLength } from "../words.js";
import { levelOf } from "./limits.js";

/** @type {Record<string, [mark: string, words: string]>} */
const SAID = { watch: ["!", "near its limit"], bad: ["!!", "beyond its limit"] };

/** @param {{level: import("./limits.js").Level, children?: any}} props */
export function Level({ level, children }) {
  if (level === "good") {
    return html`<span class="level">${children}</span>`;
  }
  const [mark, words] = SAID[level];
  return html`<span class=${`level ${level}`} title=${`This figure is ${words}.`}>
    <span class="level-mark" aria-hidden="true">${mark}</span>${children}<span class="unseen"> ${words}</span>
  </span>`;
}

/** A wait that ticks, and changes its colour by itself. @param {{since: string | null, limits: import("./limits.js").Limits, of: string}} props of: which limit */
export function TickingLevel({ since, limits, of }) {
  const seconds = (useSecond() - Date.parse(since ?? "")) / 1000;
  const said = clockLength(seconds);
  return since === null
    ? html`<span class="level digits">–</span>`
    : html`<${Level} level=${levelOf(limits, of, seconds)}>
      <span class="digits" role="timer" aria-live="off" data-length=${said.length}>${said}</span>
    <//>`;
}
