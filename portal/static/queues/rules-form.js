/**
 * The form with every rule of a queue. It sends what was changed, and nothing over what somebody else has changed.
 */
import { notify } from "../announce.js";
import { api, Problem } from "../api.js";
import { html, useEffect, useState } from "../preact.js";
import { Card } from "../parts/card.js";
import { Choice, YesNo } from "../parts/choice.js";
import { Field } from "../parts/field.js";
import { Icon } from "../parts/icon.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";
import { changedInWords, changes, formOf, missing, notNumbers, PLACES, SECTIONS, TYPES } from "./rules.js";

/** @param {{queue: any, put: (queue: any) => void}} props queue: as the server tells it; put: it has changed */
export function RulesForm({ queue, put }) {
  const [{ before, version }, setBase] = useState(() => baseOf(queue));
  const [form, setForm] = useState(before);
  const [meanwhile, setMeanwhile] = useState(/** @type {string[] | null} */ (null));
  const saving = useSaving();
  const body = changes(before, form);
  const dirty = Object.keys(body).length > 0;
  useLeaveWarning(dirty);

  const set = (/** @type {string} */ key, /** @type {string | boolean} */ value) => setForm((now) => ({ ...now, [key]: value }));
  const path = `queues/${encodeURIComponent(queue.queue)}`;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const saved = await saving.save(async () => {
      const faults = [...notNumbers(form), ...missing(form)];
      if (faults.length > 0) {
        throw new Problem(422, "", faults);
      }
      return api.patch(path, body, version).catch(meanwhileOrThrow);
    });
    if (saved === null || saved === MEANWHILE) {
      return;
    }
    setMeanwhile(null);
    setBase(baseOf(saved));
    setForm(formOf(saved.rules));
    put(saved);
    notify("Saved. In force from now on, for callers who wait already too.");
  };
  /** Somebody else was first: his changes are taken over and told, one's own stay in the form. @param {Problem} problem */
  const meanwhileOrThrow = async (problem) => {
    if (problem.status !== 412) {
      throw problem;
    }
    const now = await api.get(path);
    const theirs = formOf(now.rules);
    setMeanwhile(changedInWords(before, theirs));
    setBase(baseOf(now));
    setForm({ ...theirs, ...Object.fromEntries(Object.entries(form).filter(([key, value]) => value !== before[key])) });
    put(now);
    return MEANWHILE;
  };
  return html`<form class="rules-form" onSubmit=${submit} novalidate>
    ${meanwhile && html`<${Meanwhile} changed=${meanwhile} />`}
    ${SECTIONS.map(({ title, rules }, place) => html`<${Card} key=${title} title=${title} kind="rules">
      ${place === 0 && html`<${Field} label="Name" value=${form.name} fault=${saving.faultOf("name")}
        onInput=${(/** @type {any} */ event) => set("name", event.target.value)} />`}
      ${rules.filter(({ only }) => only === undefined || only(form)).map((rule) => html`<${RuleField} key=${rule.key} rule=${rule}
        value=${form[rule.key]} fault=${saving.faultOf(rule.key) ?? faultOfWhole(rule.key, saving)} set=${set} />`)}
    <//>`)}
    <div class=${dirty ? "save-bar dirty" : "save-bar"}>
      <${WhatIsWrong} saving=${saving} places=${[...PLACES, "overflow", "callback"]} />
      <span class="quiet">${dirty ? `${Object.keys(body).length === 1 ? "One rule is" : `${Object.keys(body).length} rules are`} changed and not saved.` : "Nothing is changed."}</span>
      <button type="button" disabled=${!dirty || saving.busy} onClick=${() => { setForm(before); saving.clear(); }}>Undo</button>
      <button type="submit" class="primary" disabled=${!dirty || saving.busy}>Save</button>
    </div>
  </form>`;
}

const MEANWHILE = "meanwhile";

/** What the form began with: others may change the queue while it is open. @param {any} queue */
function baseOf(queue) {
  return { before: formOf(queue.rules), version: queue.version };
}

/** A fault of a whole stands at its first field. @param {string} key @param {{faultOf: (place: string) => string | null}} saving */
function faultOfWhole(key, saving) {
  const whole = { "overflow.kind": "overflow", "callback.on": "callback" }[key];
  return whole ? saving.faultOf(whole) : null;
}

/** @param {boolean} dirty whether something would be lost */
function useLeaveWarning(dirty) {
  useEffect(() => {
    const stay = (/** @type {Event} */ event) => event.preventDefault();
    if (dirty) {
      window.addEventListener("beforeunload", stay);
    }
    return () => window.removeEventListener("beforeunload", stay);
  }, [dirty]);
}

/** @param {{changed: string[]}} props */
function Meanwhile({ changed }) {
  return html`<div class="warn" role="alert"><${Icon} name="warning" /><div>
    <p><strong>Nothing was saved: somebody else has changed this queue meanwhile.</strong></p>
    ${changed.length > 0 && html`<ul>${changed.map((each) => html`<li key=${each}>${each}</li>`)}</ul>`}
    <p>The form has it now. Your own changes still stand in it: look at them again, and save.</p>
  </div></div>`;
}

/** @param {{rule: import("./rules.js").Rule, value: string | boolean, fault: string | null, set: (key: string, value: string | boolean) => void}} props */
function RuleField({ rule: { key, label, hint, kind, options, empty, required }, value, fault, set }) {
  const change = (/** @type {string | boolean} */ to) => set(key, to);
  if (kind === "yes") {
    return html`<${YesNo} label=${label} checked=${value} onChange=${change} hint=${fault ? html`<span class="fault">${fault}</span>` : hint} />`;
  }
  if (kind === "choice") {
    const said = key === "type" ? TYPES.find(([type]) => type === value)?.[2] : hint;
    return html`<${Choice} label=${label} value=${value} options=${options} onChange=${change} hint=${said} fault=${fault} />`;
  }
  return html`<${Field} label=${label} hint=${hint} fault=${fault} value=${value} placeholder=${empty ?? (kind === "length" ? "1m30s" : "")}
    inputmode=${kind === "count" ? "numeric" : undefined} required=${required} size=${kind === "length" || kind === "count" ? 8 : undefined}
    onInput=${(/** @type {any} */ event) => change(event.target.value)} />`;
}
