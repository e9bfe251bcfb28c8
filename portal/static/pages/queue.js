/**
 * One queue: its rules, and who answers it.
 */
import { notify, orSay } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { setPageTitle } from "../page-mark.js";
import { Confirm } from "../parts/confirm.js";
import { Icon } from "../parts/icon.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { sentence } from "../parts/saving.js";
import { Assigned } from "../queues/assigned.js";
import { RulesForm } from "../queues/rules-form.js";
import { go, Link } from "../router.js";
import { useSession } from "../store.js";

/** @param {{queue: string}} props its number */
export default function QueuePage({ queue: number }) {
  const { who } = useSession();
  const path = `queues/${encodeURIComponent(number)}`;
  const loaded = useLoaded(path, () => Promise.all([api.get(path), api.get("users")]).then(([queue, users]) => {
    setPageTitle(queue.rules.name);
    return { queue, users };
  }));
  const [removed, setRemoved] = useState(false);
  const remove = async () => {
    if (await orSay(api.delete(path))) {
      notify(`The queue ${number} is removed.`);
      go("/queues");
    }
  };
  return html`<nav class="crumbs" aria-label="Where you are"><${Link} to="/queues">Queues<//> <${Icon} name="right" /> <span>${number}</span></nav>
    <${Loaded} loaded=${loaded}>${(/** @type {any} */ { queue, users }) => {
      const put = (/** @type {any} */ changed) => loaded.put({ queue: changed, users });
      return html`<div class="page-head"><h1>${queue.rules.name} <span class="quiet digits">${queue.queue}</span></h1>
          ${who.role === "office_manager" && html`<div class="actions"><button type="button" class="danger" onClick=${() => setRemoved(true)}>Remove this queue…</button></div>`}
        </div>
        <${Warnings} warnings=${queue.warnings} />
        <div class="queue-page">
          <${Assigned} queue=${queue} users=${users} put=${put} again=${loaded.again} />
          <${RulesForm} queue=${queue} put=${put} />
        </div>
        ${removed && html`<${Confirm} title=${`Remove ${queue.rules.name}?`} deed="Remove it" act=${remove} onClose=${() => setRemoved(false)}>
          Its callers hear that nobody is available and are hung up. Talks go on. Its history is kept.
        <//>`}`;
    }}<//>`;
}

/** What works, and is probably not what was meant. @param {{warnings: {place: string, said: string}[]}} props */
function Warnings({ warnings }) {
  return warnings.length === 0 ? null : html`<div class="warnings" role="status">${warnings.map(({ place, said }) => html`<p key=${place + said} class="warn">
    <${Icon} name="warning" /><span>${sentence(said)}</span>
  </p>`)}</div>`;
}
