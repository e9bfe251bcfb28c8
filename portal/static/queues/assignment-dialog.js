/**
 * How one agent answers one queue.
 */
import { notify } from "../announce.js";
import { api, Problem } from "../api.js";
import { html, useState } from "../preact.js";
import { YesNo } from "../parts/choice.js";
import { Dialog } from "../parts/dialog.js";
import { Meanwhile, useDraft } from "../parts/draft.js";
import { Field } from "../parts/field.js";
import { WhatIsWrong } from "../parts/saving.js";

const PLACES = ["order", "priority", "wrap_up", "max_calls", "devices"];
const encode = encodeURIComponent;

/** @param {{queue: any, agent: string, put: (queue: any) => void, onClose: () => void}} props put: it has changed */
export function AssignmentDialog({ queue, agent, put, onClose }) {
  const [{ name, phones }] = useState(() => assignedIn(queue, agent));
  const path = `queues/${encode(queue.queue)}`;
  const look = async () => {
    const now = await api.get(path);
    if (assignedIn(now, agent) === undefined) {
      put(now);
      throw new Problem(404, `Somebody else has taken ${name} out of this queue meanwhile.`);
    }
    return now;
  };
  const draft = useDraft(queue, { read: (now) => read(assignedIn(now, agent)), look, put, words });
  const { form, set } = draft;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const body = { ...form, order: whole(form.order), max_calls: whole(form.max_calls), priority: whole(form.priority), wrap_up: form.wrap_up.trim() || null };
    const saved = await draft.save(async (version) => {
      if (form.devices?.length === 0) {
        throw new Problem(422, "", [{ place: "devices", said: "Choose one phone at least." }]);
      }
      return api.put(`${path}/agents/${encode(agent)}`, body, version);
    });
    if (saved !== null) {
      onClose();
      notify(`Saved how ${name} answers ${queue.rules.name}.`);
    }
  };
  const field = (/** @type {string} */ key, /** @type {string} */ label, /** @type {string} */ hint, /** @type {object} */ more = {}) => html`<${Field}
    label=${label} hint=${hint} fault=${draft.faultOf(key)} value=${form[key]} onInput=${(/** @type {any} */ event) => set(key, event.target.value)} ...${more} />`;
  const number = { inputmode: "numeric", pattern: "[0-9]*" };
  return html`<${Dialog} title=${`${name} in ${queue.rules.name}`} onClose=${onClose}>
    <form onSubmit=${submit}>
      <${Meanwhile} changed=${draft.meanwhile} what=${`how ${name} answers`} />
      ${field("order", "Order", "The place in fixed orders, lowest first. Agents of one number are a group.", { ...number, required: true })}
      ${field("priority", "Priority", "Which of the agent's queues comes first: 1 before 2.", { ...number, placeholder: `the queue's: ${queue.rules.priority}` })}
      ${field("wrap_up", "Wrap-up", "Left alone for so long after a call.", { placeholder: `the queue's: ${queue.rules.wrap_up}` })}
      ${field("max_calls", "Calls at once", "Further calls are offered while fewer than this are in hand.", { ...number, required: true })}
      <${WhichPhones} phones=${phones} devices=${form.devices} fault=${draft.faultOf("devices")} set=${(/** @type {string[] | null} */ devices) => set("devices", devices)} />
      <${YesNo} label="Presses 1 to accept a call" checked=${form.confirm} onChange=${(/** @type {boolean} */ yes) => set("confirm", yes)} hint="So a voicemail that picks up takes no call." />
      <${YesNo} label="The phone picks up by itself" checked=${form.auto_answer} onChange=${(/** @type {boolean} */ yes) => set("auto_answer", yes)} hint="Where the phone can." />
      <${WhatIsWrong} saving=${draft} places=${PLACES} />
      <div class="actions"><button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class="primary" disabled=${draft.busy}>Save</button></div>
    </form>
  <//>`;
}

/** @param {any} queue @param {string} agent @returns {any} undefined: does not answer it */
function assignedIn(queue, agent) {
  return queue.agents.find((/** @type {any} */ each) => each.agent === agent);
}

/** @param {any} assigned */
function read({ rules, version }) {
  const text = (/** @type {unknown} */ value) => String(value ?? "");
  return {
    form: { ...rules, order: text(rules.order), max_calls: text(rules.max_calls), priority: text(rules.priority), wrap_up: text(rules.wrap_up) },
    version,
  };
}

/** @param {import("../parts/draft.js").Form} before @param {import("../parts/draft.js").Form} now */
function words(before, now) {
  return [
    now.order !== before.order && `Order: ${now.order}`,
    now.priority !== before.priority && `Priority: ${now.priority || "the queue's"}`,
    now.wrap_up !== before.wrap_up && `Wrap-up: ${now.wrap_up || "the queue's"}`,
    now.max_calls !== before.max_calls && `Calls at once: ${now.max_calls}`,
    now.devices?.join() !== before.devices?.join() && `Phones: ${now.devices?.join(", ") ?? "all"}`,
    now.confirm !== before.confirm && `Presses 1 to accept a call: ${now.confirm ? "yes" : "no"}`,
    now.auto_answer !== before.auto_answer && `The phone picks up by itself: ${now.auto_answer ? "yes" : "no"}`,
  ].filter(Boolean);
}

/** @param {string} text @returns {number | null} */
function whole(text) {
  return text.trim() === "" ? null : Number(text);
}

/** @param {{phones: string[], devices: string[] | null, fault: string | null, set: (devices: string[] | null) => void}} props devices null: all */
function WhichPhones({ phones, devices, fault, set }) {
  const toggle = (/** @type {string} */ phone) =>
    set(phones.filter((each) => (each === phone) !== (devices ?? phones).includes(each)));
  return html`<fieldset class="choices"><legend>Which phones ring</legend>
    ${phones.length === 0 && html`<p class="hint">This agent has no phone yet.</p>`}
    ${phones.length > 0 && html`<${YesNo} label="All, also those that are added later" checked=${devices === null} onChange=${(/** @type {boolean} */ all) => set(all ? null : phones)} />`}
    ${devices !== null && phones.map((phone) => html`<label key=${phone} class="check">
      <input type="checkbox" checked=${devices.includes(phone)} onChange=${() => toggle(phone)} /><span>${phone}</span>
    </label>`)}
    ${fault && html`<p class="fault">${fault}</p>`}
  </fieldset>`;
}
