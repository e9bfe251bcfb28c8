/**
 * Where somebody sets from when on the board's figures are coloured.
 */
import { html, useState } from "../preact.js";
import { Dialog } from "../parts/dialog.js";
import { keepLimits, USUAL, useLimits, WATCHED } from "./limits.js";

/** @param {{onClose: () => void}} props */
export function LimitsDialog({ onClose }) {
  const [limits, setLimits] = useState(useLimits());
  const change = (/** @type {string} */ key, /** @type {0 | 1} */ which, /** @type {string} */ typed) => {
    const pair = /** @type {[number, number]} */ ([...limits[key]]);
    pair[which] = Number(typed);
    setLimits({ ...limits, [key]: pair });
  };
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    keepLimits(limits);
    onClose();
  };
  const input = (/** @type {string} */ key, /** @type {string} */ name, /** @type {0 | 1} */ which, /** @type {string} */ word) => html`
    <input type="number" min="0" max="86400" required aria-label=${`${name}: ${word}`} value=${limits[key][which]}
      onInput=${(/** @type {any} */ event) => change(key, which, event.target.value)} />`;
  return html`<${Dialog} title="Limits" onClose=${onClose}>
    <p class="hint">A figure at its first limit is marked with <strong>!</strong>, at its second with <strong>!!</strong>. They are
      your own, kept in this browser.</p>
    <form onSubmit=${save} class="limits">
      <table class="rows">
        <thead><tr><th scope="col">Figure</th><th scope="col">First</th><th scope="col">Second</th></tr></thead>
        <tbody>${WATCHED.map(({ key, name, unit }) => html`<tr key=${key}>
          <th scope="row">${name} <span class="quiet small block">${unit}</span></th><td>${input(key, name, 0, "first limit")}</td>
          <td>${input(key, name, 1, "second limit")}</td>
        </tr>`)}</tbody>
      </table>
      <div class="actions">
        <button type="button" onClick=${() => setLimits(USUAL)}>The usual ones</button>
        <button type="submit" class="primary">Keep these limits</button>
      </div>
    </form>
  <//>`;
}
