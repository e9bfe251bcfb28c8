/**
 * What holds for the whole account: its own statuses, its time zone and country, the page about a caller.
 */
import { api } from "../api.js";
import { html } from "../preact.js";
import { Loaded, useLoaded } from "../parts/loaded.js";
import { Place } from "../settings/place.js";
import { ScreenPop } from "../settings/screen-pop.js";
import { Statuses } from "../settings/statuses.js";

export default function SettingsPage() {
  const loaded = useLoaded("account", () => api.get("account"));
  return html`<div class="page-head"><h1>Settings</h1></div>
    <${Loaded} loaded=${loaded}>${(/** @type {any} */ account) => html`<div class="account-page">
      <div><${Statuses} account=${account} put=${(/** @type {any} */ changed) => loaded.put({ ...account, ...changed })} again=${loaded.again} /></div>
      <div><${Place} account=${account} put=${loaded.put} /><${ScreenPop} account=${account} put=${loaded.put} /></div>
    </div>`}<//>`;
}
