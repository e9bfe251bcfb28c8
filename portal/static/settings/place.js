/**
 * Where the account is: in whose days its figures are counted, and how the numbers of its callers are read.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html, useId } from "../preact.js";
import { Card } from "../parts/card.js";
import { Meanwhile, useDraft } from "../parts/draft.js";
import { Field } from "../parts/field.js";
import { WhatIsWrong } from "../parts/saving.js";
import { renewSession, useSession } from "../store.js";

const ZONES = Intl.supportedValuesOf?.("timeZone") ?? [];

/** @param {{account: any, put: (account: any) => void}} props */
export function Place({ account, put }) {
  const { who } = useSession();
  const draft = useDraft(account, { read, look: () => api.get("account"), put, words });
  const { form, set } = draft;
  const zones = useId();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { time_zone: form.time_zone.trim(), home_region: form.home_region.trim().toUpperCase() };
    if ((await draft.save((version) => api.patch("account", body, version))) !== null) {
      renewSession();
      notify("Saved. Times and figures are shown by it from now on.");
    }
  };
  const outbound = account.outbound.length === 0
    ? html`<p class="hint">Nobody may call numbers outside: the operator has allowed none.</p>`
    : html`<p class="hint">Numbers outside that may be called, as the operator has allowed: <code>${account.outbound.join("  ")}</code></p>`;
  if (who.role !== "office_manager") {
    return html`<${Card} title="Place"><dl class="pairs"><dt>Time zone</dt><dd>${account.time_zone}</dd><dt>Country</dt><dd>${account.home_region}</dd></dl>
      ${outbound}<p class="hint">An office manager can change this.</p><//>`;
  }
  return html`<${Card} title="Place"><form onSubmit=${submit}>
    <${Meanwhile} changed=${draft.meanwhile} what="this" />
    <${Field} label="Time zone" required list=${zones} value=${form.time_zone} fault=${draft.faultOf("time_zone")} hint="By its days and hours figures are counted."
      onInput=${(/** @type {any} */ event) => set("time_zone", event.target.value)} />
    <datalist id=${zones}>${ZONES.map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>
    <${Field} label="Country" required maxlength="2" value=${form.home_region} fault=${draft.faultOf("home_region")} hint="By its two letters, like US: numbers without a country are taken for numbers of it."
      onInput=${(/** @type {any} */ event) => set("home_region", event.target.value)} />
    ${outbound}
    <${WhatIsWrong} saving=${draft} places=${["time_zone", "home_region"]} />
    <button type="submit" class="primary" disabled=${draft.busy || draft.changed.length === 0}>Save</button>
  </form><//>`;
}

/** @param {any} account */
function read({ time_zone, home_region, version }) {
  return { form: { time_zone, home_region }, version };
}

/** @param {import("../parts/draft.js").Form} before @param {import("../parts/draft.js").Form} now */
function words(before, now) {
  return [
    now.time_zone !== before.time_zone && `Time zone: ${now.time_zone}`,
    now.home_region !== before.home_region && `Country: ${now.home_region}`,
  ].filter(Boolean);
}
