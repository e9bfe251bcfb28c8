/**
 * The page about a caller, in another system: where agents find it when a call is offered to them.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html } from "../preact.js";
import { Card } from "../parts/card.js";
import { Meanwhile, useDraft } from "../parts/draft.js";
import { Field } from "../parts/field.js";
import { WhatIsWrong } from "../parts/saving.js";
import { useSession } from "../store.js";

const HINT = "Its address, with {number} where the caller's number goes; also {name}, {queue}, {queue_name}, {call}, {agent}. Empty: none.";

/** @param {{account: any, put: (account: any) => void}} props */
export function ScreenPop({ account, put }) {
  const { who } = useSession();
  const draft = useDraft(account, { read, look: () => api.get("account"), put, words });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const address = draft.form.screen_pop.trim();
    if ((await draft.save((version) => api.put("account/screen-pop", { screen_pop: address || null }, version))) !== null) {
      notify(address ? "Saved. Agents see the link at their next call." : "Saved. Agents see no link any more.");
    }
  };
  if (who.role !== "office_manager") {
    return html`<${Card} title="Caller's page"><p class="hint">${account.screen_pop ? html`Agents open <code>${account.screen_pop}</code>` : "There is none."}</p><//>`;
  }
  return html`<${Card} title="Caller's page"><form onSubmit=${submit}>
    <${Meanwhile} changed=${draft.meanwhile} what="this" />
    <${Field} label="Page about a caller" maxlength="500" value=${draft.form.screen_pop} fault=${draft.faultOf("screen_pop")} hint=${HINT}
      onInput=${(/** @type {any} */ event) => draft.set("screen_pop", event.target.value)} />
    <${WhatIsWrong} saving=${draft} places=${["screen_pop"]} />
    <button type="submit" class="primary" disabled=${draft.busy || draft.changed.length === 0}>Use this address</button>
  </form><//>`;
}

/** @param {any} account */
function read({ screen_pop, screen_pop_version: version }) {
  return { form: { screen_pop: screen_pop ?? "" }, version };
}

/** @param {import("../parts/draft.js").Form} before @param {import("../parts/draft.js").Form} now */
function words(before, now) {
  return [now.screen_pop !== before.screen_pop && `Page about a caller: ${now.screen_pop || "none"}`].filter(Boolean);
}
