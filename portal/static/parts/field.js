/**
 * One line of a form: a label, an input, a hint, and what is wrong with it, tied together for a screen reader.
 */
import { html, useId } from "../preact.js";

/** @param {{label: string, hint?: any, fault?: string | null, [input: string]: any}} props the rest goes to the input */
export function Field({ label, hint, fault, ...input }) {
  const id = useId();
  const said = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input id=${id} aria-describedby=${said || undefined} aria-invalid=${fault ? "true" : undefined} ...${input} />
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${fault && html`<p class="fault" id=${`${id}-fault`}>${fault}</p>`}
  </div>`;
}
