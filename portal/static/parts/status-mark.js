/**
 * A status as picture, word and colour.
 */
import { html } from "../preact.js";
import { lookOf } from "../statuses.js";
import { useSession } from "../store.js";
import { Icon } from "./icon.js";

/** @param {{status: string, children?: any}} props children: said after the word */
export function StatusMark({ status, children }) {
  const { name, colour, icon } = lookOf(useSession().statuses, status);
  return html`<span class="mark" data-colour=${colour}>
    <span class="mark-picture"><${Icon} name=${icon} /></span>
    <span class="mark-word">${name}</span>${children}
  </span>`;
}
