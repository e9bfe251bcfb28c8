/**
 * Lengths of time that tick. Each draws its own few digits once a second; a screen reader hears them only when asked.
 */
import { useSecond } from "../clock.js";
import { html } from "../preact.js";
import { clockLength, exactly, when } from "../words.js";
import { useSession } from "../store.js";

/** How long ago it was. @param {{since: string | null}} props */
export function Elapsed({ since }) {
  const now = useSecond();
  return since === null
    ? html`<span class="digits">–</span>`
    : html`<span class="digits" role="timer" aria-live="off">${clockLength((now - Date.parse(since)) / 1000)}</span>`;
}

/** How long until then. @param {{until: string}} props */
export function Remaining({ until }) {
  const seconds = Math.ceil((Date.parse(until) - useSecond()) / 1000);
  return html`<span class="digits" role="timer" aria-live="off">${clockLength(seconds)}</span>`;
}

/** A bar that shrinks to nothing. @param {{since: string, until: string, label: string}} props */
export function Shrinking({ since, until, label }) {
  const now = useSecond();
  const whole = Date.parse(until) - Date.parse(since);
  const left = Math.max(0, Math.min(1, whole > 0 ? (Date.parse(until) - now) / whole : 0));
  return html`<progress class="shrinking" aria-label=${label} max="100" value=${Math.round(left * 100)} />`;
}

/** An instant of the past, short; the whole of it on hovering. @param {{at: string}} props */
export function When({ at }) {
  const { time_zone: zone } = useSession();
  return html`<time dateTime=${at} title=${exactly(at, zone)}>${when(at, zone, Date.now())}</time>`;
}
