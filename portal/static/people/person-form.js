/**
 * Who somebody is, and what he may do.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html } from "../preact.js";
import { Card } from "../parts/card.js";
import { Choice } from "../parts/choice.js";
import { Meanwhile, useDraft } from "../parts/draft.js";
import { Field } from "../parts/field.js";
import { WhatIsWrong } from "../parts/saving.js";
import { renewSession, useSession } from "../store.js";
import { ROLES, roleInWords } from "./roles.js";

/** @param {{user: any, queues: any[], put: (user: any) => void}} props queues: of the account; put: it has changed */
export function PersonForm({ user, queues, put }) {
  const { who } = useSession();
  const path = `users/${encodeURIComponent(user.extension)}`;
  const draft = useDraft(user, { read, look: () => api.get(path), put, words });
  const { form, set } = draft;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { ...form, email: form.email.trim() || null, supervises: form.role === "supervisor" ? form.supervises : [] };
    const saved = await draft.save((version) => api.patch(path, body, version));
    if (saved !== null) {
      notify(`Saved what is known of ${saved.name}.`);
      user.extension === who.extension && renewSession();
    }
  };
  const toggle = (/** @type {string} */ queue) => set("supervises",
    form.supervises.includes(queue) ? form.supervises.filter((/** @type {string} */ each) => each !== queue) : [...form.supervises, queue].sort());
  return html`<${Card} title="Person"><form onSubmit=${submit}>
    <${Meanwhile} changed=${draft.meanwhile} what="this person" />
    <${Field} label="Name" required value=${form.name} fault=${draft.faultOf("name")} onInput=${(/** @type {any} */ event) => set("name", event.target.value)} />
    <${Field} label="Mail address" type="text" inputmode="email" value=${form.email} fault=${draft.faultOf("email")} hint="Where a link for a new password is sent."
      onInput=${(/** @type {any} */ event) => set("email", event.target.value)} />
    <${Choice} label="Role" value=${form.role} onChange=${(/** @type {string} */ role) => set("role", role)} fault=${draft.faultOf("role")}
      options=${ROLES.map(([role, name]) => [role, name])} hint=${ROLES.find(([role]) => role === form.role)?.[2]} />
    ${form.role === "supervisor" && html`<fieldset class="choices"><legend>Looks after</legend>
      ${queues.length === 0 && html`<p class="hint">There is no queue yet.</p>`}
      ${queues.map(({ queue, rules }) => html`<label key=${queue} class="check">
        <input type="checkbox" checked=${form.supervises.includes(queue)} onChange=${() => toggle(queue)} /><span>${rules.name} <span class="quiet digits">${queue}</span></span>
      </label>`)}
    </fieldset>`}
    <${WhatIsWrong} saving=${draft} places=${["name", "email", "role"]} />
    <button type="submit" class="primary" disabled=${draft.busy || draft.changed.length === 0}>Save</button>
  </form><//>`;
}

/** @param {any} user */
function read({ name, role, email, supervises, version }) {
  return { form: { name, role, email: email ?? "", supervises: supervises ?? [] }, version };
}

/** @param {import("../parts/draft.js").Form} before @param {import("../parts/draft.js").Form} now */
function words(before, now) {
  return [
    now.name !== before.name && `Name: ${now.name}`,
    now.email !== before.email && `Mail address: ${now.email || "none"}`,
    now.role !== before.role && `Role: ${roleInWords(now.role)}`,
    now.supervises.join() !== before.supervises.join() && `Looks after: ${now.supervises.join(", ") || "no queue"}`,
  ].filter(Boolean);
}
