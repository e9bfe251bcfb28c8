/**
 * How one agent answers one queue.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { YesNo } from "../parts/choice.js";
import { Dialog } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";

const PLACES = ["order", "priority", "wrap_up", "max_calls"];
const encode = encodeURIComponent;

/** @param {{queue: any, assigned: any, put: (queue: any) => void, again: () => void, onClose: () => void}} props */
export function AssignmentDialog({ queue, assigned, put, again, onClose }) {
  const { agent, name, rules, phones, version } = assigned;
  const [form, setForm] = useState({ ...rules, order: String(rules.order), max_calls: String(rules.max_calls), priority: String(rules.priority ?? ""), wrap_up: rules.wrap_up ?? "" });
  const saving = useSaving();
  const set = (/** @type {string} */ key) => (/** @type {any} */ value) => setForm({ ...form, [key]: value });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { ...form, order: whole(form.order), max_calls: whole(form.max_calls), priority: whole(form.priority), wrap_up: form.wrap_up.trim() || null };
    const saved = await saving.save(() => api.put(`queues/${encode(queue.queue)}/agents/${encode(agent)}`, body, version));
    if (saved !== null) {
      put(saved);
      onClose();
      notify(`Saved how ${name} answers ${queue.rules.name}.`);
    } else {
      again();
    }
  };
  const field = (/** @type {string} */ key, /** @type {string} */ label, /** @type {string} */ hint, /** @type {object} */ more = {}) => html`<${Field}
    label=${label} hint=${hint} fault=${saving.faultOf(key)} value=${form[key]} onInput=${(/** @type {any} */ event) => set(key)(event.target.value)} ...${more} />`;
  const number = { inputmode: "numeric", pattern: "[0-9]*" };
  return html`<${Dialog} title=${`${name} in ${queue.rules.name}`} onClose=${onClose}>
    <form onSubmit=${submit}>
      ${field("order", "Order", "The place in fixed orders, lowest first. Agents of one number are a group.", { ...number, required: true })}
      ${field("priority", "Priority", "Which of the agent's queues comes first: 1 before 2.", { ...number, placeholder: `the queue's: ${queue.rules.priority}` })}
      ${field("wrap_up", "Wrap-up", "Left alone for so long after a call.", { placeholder: `the queue's: ${queue.rules.wrap_up}` })}
      ${field("max_calls", "Calls at once", "Further calls are offered while fewer than this are in hand.", { ...number, required: true })}
      <${WhichPhones} phones=${phones} devices=${form.devices} set=${set("devices")} />
      <${YesNo} label="Presses 1 to accept a call" checked=${form.confirm} onChange=${set("confirm")} hint="So a voicemail that picks up takes no call." />
      <${YesNo} label="The phone picks up by itself" checked=${form.auto_answer} onChange=${set("auto_answer")} hint="Where the phone can." />
      <${WhatIsWrong} saving=${saving} places=${PLACES} />
      <div class="actions"><button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class="primary" disabled=${saving.busy}>Save</button></div>
    </form>
  <//>`;
}

/** @param {string} text @returns {number | null} */
function whole(text) {
  return text.trim() === "" ? null : Number(text);
}

/** @param {{phones: string[], devices: string[] | null, set: (devices: string[] | null) => void}} props devices null: all */
function WhichPhones({ phones, devices, set }) {
  const toggle = (/** @type {string} */ phone) =>
    set(phones.filter((each) => (each === phone) !== (devices ?? phones).includes(each)));
  return html`<fieldset class="choices"><legend>Which phones ring</legend>
    ${phones.length === 0 && html`<p class="hint">This agent has no phone yet.</p>`}
    ${phones.length > 0 && html`<${YesNo} label="All, also those that are added later" checked=${devices === null} onChange=${(/** @type {boolean} */ all) => set(all ? null : phones)} />`}
    ${devices !== null && phones.map((phone) => html`<label key=${phone} class="check">
      <input type="checkbox" checked=${devices.includes(phone)} onChange=${() => toggle(phone)} /><span>${phone}</span>
    </label>`)}
  </fieldset>`;
}
