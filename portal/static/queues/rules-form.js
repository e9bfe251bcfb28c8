/**
 * The form with every rule of a queue.
 */
import { notify } from "../announce.js";
import { api, Problem } from "../api.js";
import { html } from "../preact.js";
import { Card } from "../parts/card.js";
import { Choice, YesNo } from "../parts/choice.js";
import { Meanwhile, useDraft } from "../parts/draft.js";
import { Field } from "../parts/field.js";
import { WhatIsWrong } from "../parts/saving.js";
import { changedInWords, changes, COLUMNS, formOf, missing, notNumbers, PLACES, TYPES } from "./rules.js";

/** @param {{queue: any, put: (queue: any) => void}} props queue: as the server tells it; put: it has changed */
export function RulesForm({ queue, put }) {
  const path = `queues/${encodeURIComponent(queue.queue)}`;
  const draft = useDraft(queue, {
    read: ({ rules, version }) => ({ form: formOf(rules), version }),
    look: () => api.get(path),
    put,
    words: changedInWords,
  });
  const { form, set } = draft;
  const count = draft.changed.length;
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const saved = await draft.save(async (version) => {
      const faults = [...notNumbers(form), ...missing(form)];
      if (faults.length > 0) {
        throw new Problem(422, "", faults);
      }
      return api.patch(path, changes(draft.before, form), version);
    });
    if (saved !== null) {
      notify("Saved. In force from now on, for callers who wait already too.");
    }
  };
  return html`<form class="rules-form" onSubmit=${submit} novalidate>
    <${Meanwhile} changed=${draft.meanwhile} what="this queue" />
    <div class="rule-columns">
      ${COLUMNS.map((sections, place) => html`<div key=${place}>${sections.map(({ title, rules }) => html`<${Card} key=${title} title=${title} kind="rules">
        ${rules.filter(({ only }) => only === undefined || only(form)).map((rule) => html`<${RuleField} key=${rule.key} rule=${rule}
          value=${form[rule.key]} fault=${draft.faultOf(rule.key) ?? faultOfWhole(rule.key, form, draft)} set=${set} />`)}
      <//>`)}</div>`)}
    </div>
    <div class=${count > 0 ? "save-bar dirty" : "save-bar"}>
      <${WhatIsWrong} saving=${draft} places=${[...PLACES, "overflow", "callback"]} />
      <span class="quiet">${count === 0 ? "Nothing is changed." : count === 1 ? "One rule is changed and not saved." : `${count} rules are changed and not saved.`}</span>
      <button type="button" disabled=${count === 0 || draft.busy} onClick=${draft.undo}>Undo</button>
      <button type="submit" class="primary" disabled=${count === 0 || draft.busy}>Save</button>
    </div>
  </form>`;
}

/**
 * A fault of a whole stands at the one of its fields that says most.
 * @param {string} key @param {import("./rules.js").Form} form @param {{faultOf: (place: string) => string | null}} draft
 */
function faultOfWhole(key, form, { faultOf }) {
  const target = form["overflow.kind"] === "" ? "overflow.kind" : `overflow.${form["overflow.kind"]}`;
  return key === target ? faultOf("overflow") : key === "callback.on" ? faultOf("callback") : null;
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
