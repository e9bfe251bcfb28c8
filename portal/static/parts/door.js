/**
 * The sheet on which the pages before the login stand.
 */
import { html } from "../preact.js";
import { Icon } from "./icon.js";

/** @param {{title: string, children?: any}} props */
export function Door({ title, children }) {
  return html`<div class="door">
    <p class="brand"><${Icon} name="headset" /><span>Call centre</span></p>
    <h1>${title}</h1>
    ${children}
  </div>`;
}
