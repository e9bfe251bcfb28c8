/**
 * What is said to everybody at once: notices that go away by themselves, and a line that only a screen reader hears.
 */
import { html, useEffect, useState } from "./preact.js";
import { Icon } from "./parts/icon.js";

const NOTICE_MS = 8_000;

/** @typedef {{id: number, text: string, bad: boolean}} Notice */

/** @type {Notice[]} */
let notices = [];
let spoken = "";
let last = 0;
/** @type {Set<() => void>} */
const listeners = new Set();
const changed = () => listeners.forEach((each) => each());

/** @param {string} text for a screen reader, as soon as it is silent */
export function speak(text) {
  spoken = text;
  changed();
}

/** @param {string} text @param {boolean} [bad] whether something went wrong: then it stays until it is closed */
export function notify(text, bad = false) {
  const id = ++last;
  notices = [...notices.filter((each) => each.text !== text), { id, text, bad }];
  changed();
  if (!bad) {
    setTimeout(() => dismiss(id), NOTICE_MS);
  }
}

/** @param {number} id */
function dismiss(id) {
  notices = notices.filter((each) => each.id !== id);
  changed();
}

/** Carries it out; what goes wrong is said as a notice. @param {Promise<unknown>} deed @returns {Promise<boolean>} */
export async function orSay(deed) {
  try {
    await deed;
    return true;
  } catch (problem) {
    notify(problem instanceof Error ? problem.message : String(problem), true);
    return false;
  }
}

/** Where all of it is shown; stands once in the page. */
export function Notices() {
  const [, draw] = useState(0);
  useEffect(() => {
    const listener = () => draw((n) => n + 1);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return html`
    <p class="unseen" aria-live="polite">${spoken}</p>
    <div class="notices" role="status">
      ${notices.map(({ id, text, bad }) => html`<p key=${id} class=${bad ? "notice bad" : "notice"}>
        <${Icon} name=${bad ? "warning" : "check"} /><span>${text}</span>
        <button type="button" class="plain" aria-label="Close this notice" onClick=${() => dismiss(id)}>
          <${Icon} name="close" />
        </button>
      </p>`)}
    </div>`;
}
