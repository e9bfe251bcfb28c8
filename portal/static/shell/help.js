/**
 * The keys of the page and the codes of the phone, one key away.
 */
import { html } from "../preact.js";
import { Dialog } from "../parts/dialog.js";
import { StatusMark } from "../parts/status-mark.js";
import { OTHER_KEYS, STATUS_KEYS } from "../keys.js";
import { usePreference } from "../preferences.js";
import { useSession } from "../store.js";

/** What every phone of the account can dial; an office may have other codes as well. */
const CODES = [
  ["*50", "Available for one call, then Offline"],
  ["*51", "Online in all your queues"],
  ["*52", "Offline in all your queues"],
  ["*53", "Hear your status, queues and callers waiting"],
  ["*54", "End the wrap-up"],
];

/** @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  const { who } = useSession();
  const [keys, setKeys] = usePreference("keys");
  return html`<${Dialog} title="Help and keys" onClose=${onClose}>
    <label class="check">
      <input type="checkbox" checked=${keys === "on"} onChange=${() => setKeys(keys === "on" ? "off" : "on")} />
      <span>Single keys act on this page</span>
    </label>
    <div class="help">
      ${who.is_agent && html`<section><h3>My status</h3><dl class="keys">
        ${STATUS_KEYS.map(([key, , status]) => html`<div key=${key}>
          <dt><kbd>${key}</kbd></dt><dd><${StatusMark} status=${status} /></dd>
        </div>`)}
      </dl></section>`}
      <section><h3>The page</h3><dl class="keys">
        ${OTHER_KEYS.filter(([key]) => who.is_agent || key !== "r").map(([key, meaning]) => html`<div key=${key}>
          <dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>
        </div>`)}
      </dl>
      ${who.is_agent && html`<h3>On your phone</h3><dl class="keys">
        ${CODES.map(([code, meaning]) => html`<div key=${code}><dt><kbd>${code}</kbd></dt><dd>${meaning}</dd></div>`)}
      </dl>`}</section>
    </div>
    <p class="hint">This page shows your calls and changes your status. Calls reach your phone without it.</p>
  <//>`;
}
