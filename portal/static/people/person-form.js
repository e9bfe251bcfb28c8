/**
 * Who somebody is, and what he may do.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Card } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { ROLES } from "./roles.js";

/** @param {{user: any, queues: any[], put: (user: any) => void, again: () => void}} props queues: of the account */
export function PersonForm({ user, queues, put, again }) {
  const [form, setForm] = useState({ name: user.name, role: user.role, email: user.email ?? "", supervises: user.supervises ?? [] });
  const saving = useSaving();
  const set = (/** @type {string} */ key) => (/** @type {any} */ value) => setForm({ ...form, [key]: value });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { ...form, email: form.email.trim() || null, supervises: form.role === "supervisor" ? form.supervises : [] };
    const saved = await saving.save(() => api.patch(`users/${encodeURIComponent(user.extension)}`, body, user.version));
    if (saved === null) {
      again();
      return;
    }
    put(saved);
    notify(`Saved what is known of ${saved.name}.`);
  };
  const toggle = (/** @type {string} */ queue) => set("supervises")(
    form.supervises.includes(queue) ? form.supervises.filter((/** @type {string} */ each) => each !== queue) : [...form.supervises, queue].sort());
  return html`<${Card} title="Person"><form onSubmit=${submit}>
    <${Field} label="Name" required value=${form.name} fault=${saving.faultOf("name")} onInput=${(/** @type {any} */ event) => set("name")(event.target.value)} />
    <${Field} label="Mail address" type="text" inputmode="email" value=${form.email} fault=${saving.faultOf("email")} hint="Where a link for a new password is sent."
      onInput=${(/** @type {any} */ event) => set("email")(event.target.value)} />
    <${Choice} label="Role" value=${form.role} onChange=${set("role")} fault=${saving.faultOf("role")}
      options=${ROLES.map(([role, name]) => [role, name])} hint=${ROLES.find(([role]) => role === form.role)?.[2]} />
    ${form.role === "supervisor" && html`<fieldset class="choices"><legend>Looks after</legend>
      ${queues.length === 0 && html`<p class="hint">There is no queue yet.</p>`}
      ${queues.map(({ queue, rules }) => html`<label key=${queue} class="check">
        <input type="checkbox" checked=${form.supervises.includes(queue)} onChange=${() => toggle(queue)} /><span>${rules.name} <span class="quiet digits">${queue}</span></span>
      </label>`)}
    </fieldset>`}
    <${WhatIsWrong} saving=${saving} places=${["name", "email", "role"]} />
    <button type="submit" class="primary" disabled=${saving.busy}>Save</button>
  </form><//>`;
}
