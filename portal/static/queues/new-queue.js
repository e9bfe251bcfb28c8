/**
 * A queue that is not there yet. What else it can have is set on its page.
 */
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Choice } from "../parts/choice.js";
import { Dialog } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { go } from "../router.js";
import { TYPES } from "./rules.js";

/** @param {{onClose: () => void}} props */
export function NewQueue({ onClose }) {
  const [form, setForm] = useState({ number: "", name: "", type: "round_robin" });
  const saving = useSaving();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const made = await saving.save(() => api.post("queues", form));
    if (made !== null) {
      go(`/queues/${encodeURIComponent(made.queue)}`);
    }
  };
  const field = (/** @type {"number" | "name"} */ key, /** @type {string} */ label, /** @type {string} */ hint) => html`<${Field} label=${label} hint=${hint}
    required value=${form[key]} fault=${saving.faultOf(key)} onInput=${(/** @type {any} */ event) => setForm({ ...form, [key]: event.target.value })} />`;
  return html`<${Dialog} title="New queue" onClose=${onClose}>
    <form onSubmit=${submit}>
      ${field("number", "Number", "What callers dial: no extension and no other queue may have it.")}
      ${field("name", "Name", "As agents see it, like Sales.")}
      <${Choice} label="Type" value=${form.type} onChange=${(/** @type {string} */ type) => setForm({ ...form, type })}
        options=${TYPES.map(([value, name]) => [value, name])} hint=${TYPES.find(([type]) => type === form.type)?.[2]} />
      <${WhatIsWrong} saving=${saving} places=${["number", "name"]} />
      <div class="actions"><button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class="primary" disabled=${saving.busy}>Make it</button></div>
    </form>
  <//>`;
}
