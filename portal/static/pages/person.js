/**
 * One person of the account: role, phones, queues, password.
 */
import { notify, orSay } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { setPageTitle } from "../page-mark.js";
import { Card, Empty } from "../parts/card.js";
import { Confirm } from "../parts/confirm.js";
import { Icon } from "../parts/icon.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { sentence } from "../parts/saving.js";
import { PasswordCard } from "../people/password-card.js";
import { PersonForm } from "../people/person-form.js";
import { PhonesCard } from "../people/phones-card.js";
import { go, Link } from "../router.js";
import { useSession } from "../store.js";

/** @param {{extension: string}} props */
export default function PersonPage({ extension }) {
  const { who } = useSession();
  const path = `users/${encodeURIComponent(extension)}`;
  const loaded = useLoaded(path, () => Promise.all([api.get(path), api.get("queues")]).then(([user, queues]) => {
    setPageTitle(user.name);
    return { user, queues };
  }));
  const [removed, setRemoved] = useState(false);
  const remove = async () => {
    if (await orSay(api.delete(path))) {
      notify(`The person with extension ${extension} is removed.`);
      go("/people");
    }
  };
  return html`<nav class="crumbs" aria-label="Where you are"><${Link} to="/people">People<//> <${Icon} name="right" /> <span>${extension}</span></nav>
    <${Loaded} loaded=${loaded}>${(/** @type {any} */ { user, queues }) => html`
      <div class="page-head"><h1>${user.name} <span class="quiet digits">${extension}</span></h1>
        ${extension !== who.extension && html`<div class="actions"><button type="button" class="danger" onClick=${() => setRemoved(true)}>Remove this person…</button></div>`}
      </div>
      ${user.warnings.map((/** @type {any} */ { place, said }) => html`<p key=${place + said} class="warn"><${Icon} name="warning" /><span>${sentence(said)}</span></p>`)}
      <div class="account-page">
        <div><${PersonForm} user=${user} queues=${queues} put=${(/** @type {any} */ changed) => loaded.put({ user: changed, queues })} />
          <${Answers} user=${user} queues=${queues} /></div>
        <div><${PhonesCard} user=${user} again=${loaded.again} /><${PasswordCard} user=${user} /></div>
      </div>
      ${removed && html`<${Confirm} title=${`Remove ${user.name}?`} deed="Remove" act=${remove} onClose=${() => setRemoved(false)}>
        The phones and the places in queues go too, and all sessions end. A call that goes on is not ended. The history is kept.
      <//>`}`}<//>`;
}

/** @param {{user: any, queues: any[]}} props */
function Answers({ user, queues }) {
  return html`<${Card} title="Answers">${user.queues.length === 0
    ? html`<${Empty}>No queue. Queues get their agents on their own pages, under <${Link} to="/queues">Queues<//>.<//>`
    : html`<ul class="plain-list">${user.queues.map((/** @type {string} */ number) => html`<li key=${number}>
      <${Link} to=${`/queues/${encodeURIComponent(number)}`}>${queues.find(({ queue }) => queue === number)?.rules.name ?? number}<//> <span class="quiet digits">${number}</span>
    </li>`)}</ul>`}<//>`;
}
