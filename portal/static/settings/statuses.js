/**
 * The statuses that an account has beside those that all have. In them agents get no queue calls.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Field } from "../parts/field.js";
import { Icon } from "../parts/icon.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { renewSession } from "../store.js";

/** @param {{account: any, put: (changed: any) => void, again: () => void}} props */
export function Statuses({ account: { statuses, statuses_version: version }, put, again }) {
  const [name, setName] = useState("");
  const [kept, setKept] = useState(/** @type {any[]} */ ([]));
  const saving = useSaving();
  const save = async (/** @type {string[]} */ wanted, /** @type {string} */ said) => {
    const saved = await saving.save(() => api.put("account/statuses", { statuses: wanted }, version));
    if (saved === null) {
      again();
      return false;
    }
    put({ statuses: saved.statuses, statuses_version: saved.statuses_version });
    setKept(saved.kept);
    renewSession();
    notify(said);
    return true;
  };
  const add = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const status = name.trim().toLowerCase().replaceAll(/\s+/g, "_");
    if (await save([...statuses, status], `${inWords(status)} can be chosen from now on.`)) {
      setName("");
    }
  };
  const remove = (/** @type {string} */ status) => save(statuses.filter((/** @type {string} */ each) => each !== status), `${inWords(status)} is removed.`);
  return html`<${Card} title="Own statuses">
    <p class="hint">Beside Online, Lunch and the others. In a status of your own an agent gets no queue calls; direct calls work.</p>
    ${statuses.length === 0 ? html`<${Empty}>None yet.<//>` : html`<ul class="plain-list phone-list">${statuses.map((/** @type {string} */ status) => html`<li key=${status}>
      <span class="mark" data-colour="blue"><span class="mark-picture"><${Icon} name="star" /></span><span class="mark-word">${inWords(status)}</span></span>
      <button type="button" class="small" onClick=${() => remove(status)} aria-label=${`Remove ${inWords(status)}`}>Remove</button>
    </li>`)}</ul>`}
    ${kept.length > 0 && html`<div class="warn" role="status"><${Icon} name="warning" /><div>${kept.map(({ agent, said }) => html`<p key=${agent}>${said}</p>`)}</div></div>`}
    <form class="add-line" onSubmit=${add}>
      <${Field} label="A new status" required maxlength="40" placeholder="Training" value=${name} onInput=${(/** @type {any} */ event) => setName(event.target.value)}
        fault=${saving.faultOf("statuses")} />
      <button type="submit" disabled=${saving.busy}>Add</button>
      <${WhatIsWrong} saving=${saving} places=${["statuses"]} />
    </form>
  <//>`;
}

/** @param {string} status @returns {string} `back_office` as people read it */
function inWords(status) {
  const words = status.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
