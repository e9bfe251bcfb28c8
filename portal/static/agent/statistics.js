/**
 * His figures of today.
 */
import { html } from "../preact.js";
import { Card, Loading } from "../parts/card.js";
import { lookOf } from "../statuses.js";
import { useSession, useTopic } from "../store.js";
import { percent, spokenLength } from "../words.js";

/** The figures in their order: word, meaning, how the value is written. */
const FIGURES = /** @type {[string, string, (today: any) => string | number][]} */ ([
  ["Handled", "Queue calls that you answered", (today) => today.handled],
  ["Missed", "Offers that rang and were not answered", (today) => today.missed],
  ["Declined", "Offers that you declined", (today) => today.declined],
  ["Talk time", "Time in queue calls", (today) => spokenLength(today.talk_s)],
  ["Average talk", "Talk time for each call handled", (today) => spokenLength(today.average_talk_s)],
  ["Average handle", "Talk, hold and wrap-up for each call handled", (today) => spokenLength(today.average_handle_s)],
  ["Hold", "Time in which callers were on hold", (today) => spokenLength(today.hold_s)],
  ["Wrap-up", "Time in wrap-up", (today) => spokenLength(today.wrap_up_s)],
  ["Occupancy", "Share of your time on calls and wrap-up while you took calls", (today) => percent(today.occupancy)],
]);

export function Statistics() {
  const today = useTopic("my_statistics").rows?.me?.today ?? null;
  return html`<${Card} title="My statistics" kind="statistics" aside=${html`<span class="quiet small">today</span>`}>
    ${today === null
      ? html`<${Loading} />`
      : html`<dl class="figures">${FIGURES.map(([word, meaning, written]) => html`<div key=${word} title=${meaning}>
          <dt>${word}</dt><dd class="digits">${written(today)}</dd>
        </div>`)}</dl>
        <${TimeInStatus} seconds=${today.time_in_status_s} />`}
  <//>`;
}

/** @param {{seconds: Record<string, number>}} props */
function TimeInStatus({ seconds }) {
  const { statuses } = useSession();
  const all = Object.entries(seconds).filter(([, length]) => length >= 1).map(([status, length]) => ({ length, ...lookOf(statuses, status) }));
  if (all.length === 0) {
    return null;
  }
  return html`<dl class="time-in-status">${all.map((each) => html`<div key=${each.status} data-colour=${each.colour}>
    <dt><span class="dot" data-colour=${each.colour} />${each.name}</dt><dd class="digits">${spokenLength(each.length)}</dd>
  </div>`)}</dl>`;
}
