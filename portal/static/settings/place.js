/**
 * Where the account is: in whose days its figures are counted, and how the numbers of its callers are read.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html, useId, useState } from "../preact.js";
import { Card } from "../parts/card.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { useSession } from "../store.js";

const ZONES = Intl.supportedValuesOf?.("timeZone") ?? [];

/** @param {{account: any, put: (account: any) => void, again: () => void}} props */
export function Place({ account, put, again }) {
  const { who } = useSession();
  const [form, setForm] = useState({ time_zone: account.time_zone, home_region: account.home_region });
  const saving = useSaving();
  const zones = useId();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const saved = await saving.save(() => api.patch("account", { ...form, home_region: form.home_region.toUpperCase() }, account.version));
    if (saved === null) {
      again();
      return;
    }
    put(saved);
    notify("Saved. Pages that are opened from now on show the new times.");
  };
  const outbound = account.outbound.length === 0
    ? html`<p class="hint">Nobody may call numbers outside: the operator has allowed none.</p>`
    : html`<p class="hint">Numbers outside that may be called, as the operator has allowed: <code>${account.outbound.join("  ")}</code></p>`;
  if (who.role !== "office_manager") {
    return html`<${Card} title="Place"><dl class="pairs"><dt>Time zone</dt><dd>${account.time_zone}</dd><dt>Country</dt><dd>${account.home_region}</dd></dl>
      ${outbound}<p class="hint">An office manager can change this.</p><//>`;
  }
  return html`<${Card} title="Place"><form onSubmit=${submit}>
    <${Field} label="Time zone" required list=${zones} value=${form.time_zone} fault=${saving.faultOf("time_zone")} hint="By its days and hours figures are counted."
      onInput=${(/** @type {any} */ event) => setForm({ ...form, time_zone: event.target.value })} />
    <datalist id=${zones}>${ZONES.map((zone) => html`<option key=${zone} value=${zone} />`)}</datalist>
    <${Field} label="Country" required maxlength="2" value=${form.home_region} fault=${saving.faultOf("home_region")} hint="By its two letters, like US: numbers without a country are taken for numbers of it."
      onInput=${(/** @type {any} */ event) => setForm({ ...form, home_region: event.target.value })} />
    ${outbound}
    <${WhatIsWrong} saving=${saving} places=${["time_zone", "home_region"]} />
    <button type="submit" class="primary" disabled=${saving.busy}>Save</button>
  </form><//>`;
}
