/**
 * His figures of today.
 */
import { html } from "../preact.js";
import { Card, Loading } from "../parts/card.js";
import { DefinitionsButton } from "../parts/definitions.js";
import { lookOf } from "../statuses.js";
import { useSession, useTopic } from "../store.js";
import { percent, spokenLength } from "../words.js";

/** The figures in their order, and how each is written. */
const FIGURES = /** @type {[key: string, word: string, written: (value: any) => string | number][]} */ ([
  ["handled", "Handled", (calls) => calls],
  ["missed", "Missed", (calls) => calls],
  ["declined", "Declined", (calls) => calls],
  ["talk_s", "Talk time", spokenLength],
  ["average_talk_s", "Average talk", spokenLength],
  ["average_handle_s", "Average handle", spokenLength],
  ["hold_s", "Hold", spokenLength],
  ["wrap_up_s", "Wrap-up", spokenLength],
  ["occupancy", "Occupancy", percent],
]);

export function Statistics() {
  const today = useTopic("my_statistics").rows?.me?.today ?? null;
  const aside = html`<span class="quiet small">today <${DefinitionsButton} keys=${FIGURES.map(([key]) => key)} /></span>`;
  return html`<${Card} title="My statistics" kind="statistics" aside=${aside}>
    ${today === null
      ? html`<${Loading} />`
      : html`<dl class="figures">${FIGURES.map(([key, word, written]) => html`<div key=${key}>
          <dt>${word}</dt><dd class="digits">${written(today[key])}</dd>
        </div>`)}</dl>
        <${TimeInStatus} seconds=${today.time_in_status_s} />`}
  <//>`;
}

/** @param {{seconds: Record<string, number>}} props */
function TimeInStatus({ seconds }) {
  const { statuses } = useSession();
  const spent = Object.entries(seconds)
    .filter(([, length]) => length >= 1)
    .map(([status, length]) => ({ ...lookOf(statuses, status), length }));
  return spent.length > 0 && html`<dl class="time-in-status">${spent.map(({ status, name, colour, length }) => html`<div key=${status}>
    <dt><span class="dot" data-colour=${colour} />${name}</dt><dd class="digits">${spokenLength(length)}</dd>
  </div>`)}</dl>`;
}
