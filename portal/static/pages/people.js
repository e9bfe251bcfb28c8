/**
 * Everybody of the account.
 */
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { NewPerson } from "../people/new-person.js";
import { roleInWords } from "../people/roles.js";
import { Link } from "../router.js";
import { useSession } from "../store.js";
import { counted } from "../words.js";

export default function PeoplePage() {
  const { who } = useSession();
  const manages = who.role === "office_manager";
  const loaded = useLoaded("users", () => api.get("users"));
  const [search, setSearch] = useState("");
  const [asked, setAsked] = useState(false);
  const wanted = search.trim().toLowerCase();
  const like = (/** @type {any} */ { extension, name, phones }) => [extension, name, ...phones].join(" ").toLowerCase().includes(wanted);
  return html`<div class="page-head"><h1>People</h1>
      ${manages && html`<div class="actions"><button type="button" class="primary" onClick=${() => setAsked(true)}>New person…</button></div>`}
    </div>
    <${Card} title="Everybody of the account" kind="people" aside=${html`<label class="search"><span class="unseen">Search people</span><${Icon} name="search" />
      <input type="search" placeholder="Name, extension or phone" value=${search} onInput=${(/** @type {any} */ event) => setSearch(event.target.value)} /></label>`}>
      <${Loaded} loaded=${loaded}>${(/** @type {any[]} */ users) => users.filter(like).length === 0
        ? html`<${Empty}>Nobody is like “${search}”.<//>`
        : html`<table class="rows stack">
          <thead><tr><th scope="col">Name</th><th scope="col">Extension</th><th scope="col">Role</th><th scope="col">Phones</th>
            <th scope="col">${manages ? "Answers" : "Answers, of your queues"}</th>${manages && html`<th scope="col">Mail</th>`}</tr></thead>
          <tbody>${users.filter(like).map((user) => html`<${Row} key=${user.extension} user=${user} manages=${manages} />`)}</tbody>
        </table>`}<//>
    <//>
    ${asked && html`<${NewPerson} onClose=${() => setAsked(false)} />`}`;
}

/** @param {{user: any, manages: boolean}} props */
function Row({ user: { extension, name, role, supervises, email, phones, queues, warnings }, manages }) {
  return html`<tr>
    <th scope="row">${manages ? html`<${Link} to=${`/people/${encodeURIComponent(extension)}`} class="queue-name">${name}<//>` : html`<span class="queue-name">${name}</span>`}
      ${warnings.length > 0 && html`<span class="small block warned"><${Icon} name="warning" /> ${counted(warnings.length, "warning")}</span>`}</th>
    <td data-label="Extension" class="digits">${extension}</td>
    <td data-label="Role"><span>${roleInWords(role)}${supervises?.length > 0 && html` <span class="quiet small">of ${supervises.join(", ")}</span>`}</span></td>
    <td data-label="Phones">${phones.join(", ") || html`<span class="quiet">none</span>`}</td>
    <td data-label="Answers" class="digits">${queues.join(", ") || html`<span class="quiet">no queue</span>`}</td>
    ${manages && html`<td data-label="Mail">${email ?? html`<span class="quiet">none</span>`}</td>`}
  </tr>`;
}
