/**
 * A form over a thing that others may change meanwhile. It sends what was changed in it, and nothing over what somebody
 * else has changed: his changes are taken over and told, one's own stay in the form and are saved by the next try.
 */
import { html, useEffect, useRef, useState } from "../preact.js";
import { keepBefore } from "../router.js";
import { Icon } from "./icon.js";
import { useSaving } from "./saving.js";

/** @typedef {Record<string, any>} Form every field as it stands there */
/**
 * @typedef {{read: (thing: any) => {form: Form, version: string}, look: () => Promise<any>, put: (thing: any) => void,
 *   words: (before: Form, now: Form) => string[]}} Kind
 *   look: asks for the thing as it is now; put: it has changed; words: what has been changed, a line each
 */

const same = (/** @type {any} */ one, /** @type {any} */ other) => JSON.stringify(one) === JSON.stringify(other);

/** What `save` answers where somebody else was first. */
const MEANWHILE = "meanwhile";

/** @param {any} thing as the server tells it @param {Kind} kind */
export function useDraft(thing, { read, look, put, words }) {
  const [{ form: before, version }, setBase] = useState(() => read(thing));
  const [form, setForm] = useState(before);
  const [meanwhile, setMeanwhile] = useState(/** @type {string[] | null} */ (null));
  const saving = useSaving();
  const changed = Object.keys(form).filter((key) => !same(before[key], form[key]));
  useEffect(() => (changed.length > 0 ? keepBefore() : undefined), [changed.length > 0]);

  /** @param {(version: string) => Promise<any>} send answers the thing @returns {Promise<any>} null: it was not saved */
  const save = async (send) => {
    const saved = await saving.save(() => send(version).catch(takeOver));
    if (saved === null || saved === MEANWHILE) {
      return null;
    }
    const base = read(saved);
    setMeanwhile(null);
    setBase(base);
    setForm(base.form);
    put(saved);
    return saved;
  };
  /** @param {import("../api.js").Problem} problem */
  const takeOver = async (problem) => {
    if (problem.status !== 412) {
      throw problem;
    }
    const now = await look();
    const base = read(now);
    setMeanwhile(words(before, base.form));
    setBase(base);
    setForm({ ...base.form, ...Object.fromEntries(changed.map((key) => [key, form[key]])) });
    put(now);
    return MEANWHILE;
  };
  const set = (/** @type {string} */ key, /** @type {any} */ value) => setForm((now) => ({ ...now, [key]: value }));
  const undo = () => {
    setForm(before);
    setMeanwhile(null);
    saving.clear();
  };
  return { ...saving, form, before, changed, set, undo, save, meanwhile };
}

/** That nothing was saved, and why; it comes into sight. @param {{changed: string[] | null, what: string}} props changed null: all is well */
export function Meanwhile({ changed, what }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    if (changed !== null) {
      element.current?.focus({ preventScroll: true });
      element.current?.scrollIntoView({ block: "center" });
    }
  }, [changed]);
  return html`<div role="alert" class="meanwhile" tabindex="-1" ref=${element}>${changed !== null && html`<div class="warn"><${Icon} name="warning" /><div>
    <p><strong>Nothing was saved: somebody else has changed ${what} meanwhile.</strong></p>
    ${changed.length > 0 && html`<ul>${changed.map((each) => html`<li key=${each}>${each}</li>`)}</ul>`}
    <p>Your own changes still stand in the form; all else in it is as it is now. Look at it again, and save.</p>
  </div></div>`}</div>`;
}
