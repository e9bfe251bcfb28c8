/**
 * A form on its way to the server: whether it is being saved, and what was wrong with it, at which field.
 */
import { html, useEffect, useRef, useState } from "../preact.js";

/** @typedef {import("../api.js").Problem} Problem */

/** What a whole thing is called by faults that stand at none of its fields. */
const ANYWHERE = "";

/**
 * @returns {{busy: boolean, problem: Problem | null, faultOf: (place: string) => string | null,
 *   save: (deed: () => Promise<any>) => Promise<any>, clear: () => void}}
 *   save: what the deed answers, true where it answers nothing, null where it failed
 */
export function useSaving() {
  const [{ busy, problem }, set] = useState(/** @type {{busy: boolean, problem: Problem | null}} */ ({ busy: false, problem: null }));
  const save = async (/** @type {() => Promise<any>} */ deed) => {
    set({ busy: true, problem: null });
    try {
      const answer = await deed();
      set({ busy: false, problem: null });
      return answer ?? true;
    } catch (why) {
      set({ busy: false, problem: /** @type {Problem} */ (why) });
      return null;
    }
  };
  const faultOf = (/** @type {string} */ place) =>
    problem?.faults?.filter((fault) => fault.place === place).map(({ said }) => sentence(said)).join(" ") || null;
  return { busy, problem, faultOf, save, clear: () => set({ busy: false, problem: null }) };
}

/**
 * What is wrong, above or below a form: that there are faults, and those that stand at none of its fields.
 * @param {{saving: {problem: Problem | null}, places: string[]}} props places: of the fields that say their own
 */
export function WhatIsWrong({ saving: { problem }, places }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const first = element.current?.closest("form, section, dialog")?.querySelector("[aria-invalid=true]");
    first instanceof HTMLElement && first.focus();
  }, [problem]);
  const faults = problem?.faults ?? [];
  const others = faults.filter(({ place }) => !places.includes(place));
  return html`<div role="alert" ref=${element}>${problem && html`<div class="fault">
    ${faults.length === 0
      ? html`<p>${problem.message}</p>`
      : html`<p>Nothing was saved. ${others.length < faults.length ? "See what is said at the fields." : ""}</p>`}
    ${others.map(({ place, said }) => html`<p key=${place + said}>${place === ANYWHERE ? "" : `${inWords(place)}: `}${sentence(said)}</p>`)}
  </div>`}</div>`;
}

/** @param {string} place @returns {string} `max_wait` as people say it */
function inWords(place) {
  return place.replaceAll("_", " ").replaceAll(".", ", ");
}

/**
 * What is wrong or probably not meant, as a sentence. How it is mended in the file of a centre is left out: nobody has
 * that before him here.
 * @param {string} said
 */
export function sentence(said) {
  const [what, mend = ""] = said.split(/; (?=[^;]*$)/);
  const words = / = /.test(mend) ? what : said;
  return words.charAt(0).toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".");
}
