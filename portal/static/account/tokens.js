/**
 * Tokens with which one's own programs use the API. A new one is shown once.
 */
import { orSay } from "../announce.js";
import { api } from "../api.js";
import { html, useEffect, useState } from "../preact.js";
import { Card, Empty, Failed, Loading } from "../parts/card.js";
import { Confirm } from "../parts/confirm.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { When } from "../parts/timer.js";

const SCOPES = [
  ["read", "See what the page shows"],
  ["status", "Change statuses and phones"],
  ["calls", "Act on calls"],
  ["reports", "Read reports"],
  ["facts", "Follow everything that happens"],
  ["configure", "Change queues and users"],
];

export function Tokens() {
  const [tokens, setTokens] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Error | null} */ (null));
  const ask = () => api.get("tokens").then(setTokens, setProblem);
  useEffect(() => void ask(), []);
  const [removed, setRemoved] = useState(/** @type {any} */ (null));
  const remove = async () => {
    await orSay(api.delete(`tokens/${encodeURIComponent(removed.id)}`));
    ask();
  };
  return html`<${Card} title="Tokens for programs">
    ${problem && html`<${Failed} problem=${problem} retry=${ask} />`}
    ${tokens === null ? !problem && html`<${Loading} />` : tokens.length === 0
      ? html`<${Empty}>No token yet. A program sends one in the header “Authorization: Bearer …”.<//>`
      : html`<table class="rows stack">
        <thead><tr><th scope="col">Name</th><th scope="col">May</th><th scope="col">Last used</th><th scope="col"><span class="unseen">Remove it</span></th></tr></thead>
        <tbody>${tokens.map((each) => html`<tr key=${each.id}>
          <th scope="row">${each.name}</th>
          <td data-label="May">${each.scopes.join(", ")}</td>
          <td data-label="Last used">${each.used_at ? html`<${When} at=${each.used_at} />` : "never"}</td>
          <td class="number"><button type="button" class="small" onClick=${() => setRemoved(each)} aria-label=${`Remove… ${each.name}`}>Remove…</button></td>
        </tr>`)}</tbody>
      </table>`}
    <${NewToken} made=${ask} />
    ${removed && html`<${Confirm} title=${`Remove the token ${removed.name}?`} deed="Remove it" act=${remove} onClose=${() => setRemoved(null)}>
      A program that uses it can do nothing more from then on.
    <//>`}
  <//>`;
}

/** @param {{made: () => void}} props */
function NewToken({ made }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState(["read"]);
  const [token, setToken] = useState("");
  const toggle = (/** @type {string} */ scope) =>
    setScopes(scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope]);
  const saving = useSaving();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const given = await saving.save(() => api.post("tokens", { name, scopes }));
    if (given !== null) {
      setToken(given.token);
      setName("");
      made();
    }
  };
  return html`<form onSubmit=${submit} class="new-token">
    <${Field} label="Name of a new token" required maxlength="80" value=${name} fault=${saving.faultOf("name")} onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
    <fieldset class="choices"><legend>It may</legend>
      ${SCOPES.map(([scope, meaning]) => html`<label key=${scope} class="check">
        <input type="checkbox" checked=${scopes.includes(scope)} onChange=${() => toggle(scope)} /><span>${meaning}</span>
      </label>`)}
    </fieldset>
    <${WhatIsWrong} saving=${saving} places=${["name"]} />
    <button type="submit" disabled=${scopes.length === 0 || saving.busy}>Make a token</button>
    <div role="status" class="secret">${token && html`Keep it now, it is not shown again: <code>${token}</code>`}</div>
  </form>`;
}
