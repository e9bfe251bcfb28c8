/**
 * A person who is not there yet. Phones, queues and the password follow on the person's page.
 */
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Choice } from "../parts/choice.js";
import { Dialog } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { go } from "../router.js";
import { ROLES } from "./roles.js";

/** @param {{onClose: () => void}} props */
export function NewPerson({ onClose }) {
  const [form, setForm] = useState({ extension: "", name: "", email: "", role: "agent" });
  const saving = useSaving();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const made = await saving.save(() => api.post("users", { ...form, email: form.email.trim() || null }));
    if (made !== null) {
      go(`/people/${encodeURIComponent(made.extension)}`);
    }
  };
  const field = (/** @type {"extension" | "name" | "email"} */ key, /** @type {string} */ label, /** @type {string} */ hint, required = true) => html`<${Field}
    label=${label} hint=${hint} required=${required} value=${form[key]} fault=${saving.faultOf(key)}
    onInput=${(/** @type {any} */ event) => setForm({ ...form, [key]: event.target.value })} />`;
  return html`<${Dialog} title="New person" onClose=${onClose}>
    <form onSubmit=${submit}>
      ${field("name", "Name", "As colleagues know it.")}
      ${field("extension", "Extension", "The number of this person inside the account.")}
      ${field("email", "Mail address", "Where a link for a new password is sent. May be left empty.", false)}
      <${Choice} label="Role" value=${form.role} onChange=${(/** @type {string} */ role) => setForm({ ...form, role })}
        options=${ROLES.map(([role, name]) => [role, name])} hint=${ROLES.find(([role]) => role === form.role)?.[2]} />
      <${WhatIsWrong} saving=${saving} places=${["extension", "name", "email"]} />
      <div class="actions"><button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class="primary" disabled=${saving.busy}>Make it</button></div>
    </form>
  <//>`;
}
