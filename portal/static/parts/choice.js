/**
 * One of several, by the browser's own list; labelled and explained as a `Field` is.
 */
import { html, useId } from "../preact.js";

/**
 * @param {{label: string, value: string, options: [value: string, words: string][], onChange: (value: string) => void,
 *   hint?: any, fault?: string | null, quiet?: boolean, [attribute: string]: any}} props quiet: the label is only read aloud
 */
export function Choice({ label, value, options, onChange, hint, fault, quiet = false, ...attributes }) {
  const id = useId();
  const said = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id} class=${quiet ? "unseen" : ""}>${label}</label>
    <select id=${id} aria-describedby=${said || undefined} aria-invalid=${fault ? "true" : undefined} value=${value}
      onChange=${(/** @type {any} */ event) => onChange(event.target.value)} ...${attributes}>
      ${options.map(([each, words]) => html`<option key=${each} value=${each} selected=${each === value}>${words}</option>`)}
    </select>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${fault && html`<p class="fault" id=${`${id}-fault`}>${fault}</p>`}
  </div>`;
}

/** Yes or no. @param {{label: any, checked: boolean, onChange: (checked: boolean) => void, hint?: any, [attribute: string]: any}} props */
export function YesNo({ label, checked, onChange, hint, ...attributes }) {
  const id = useId();
  return html`<div class="field yes-no">
    <label class="check"><input type="checkbox" checked=${checked} aria-describedby=${hint ? `${id}-hint` : undefined}
      onChange=${() => onChange(!checked)} ...${attributes} /><span>${label}</span></label>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}
