/**
 * What is asked of the server once, and again when it is wanted.
 */
import { html, useCallback, useEffect, useRef, useState } from "../preact.js";
import { Failed, Loading } from "./card.js";

/**
 * @param {string} key asked anew when it changes
 * @param {() => Promise<any>} ask
 * @returns {{answer: any, problem: Error | null, again: () => void, put: (answer: any) => void}}
 *   put: what a change has answered stands for what would be asked
 */
export function useLoaded(key, ask) {
  const [{ answer, problem }, set] = useState(/** @type {{answer: any, problem: Error | null}} */ ({ answer: null, problem: null }));
  const turn = useRef(0);
  const latest = useRef(ask);
  latest.current = ask;
  const again = useCallback(() => {
    const mine = ++turn.current;
    latest.current().then(
      (given) => mine === turn.current && set({ answer: given, problem: null }),
      (why) => mine === turn.current && set((before) => ({ ...before, problem: why })),
    );
  }, []);
  const put = useCallback((/** @type {any} */ given) => {
    turn.current += 1;
    set({ answer: given, problem: null });
  }, []);
  useEffect(again, [key]);
  return { answer, problem, again, put };
}

/**
 * Draws what was asked, or that it has not come.
 * @param {{loaded: {answer: any, problem: Error | null, again: () => void}, exact?: boolean, children: (answer: any) => any}} props
 *   exact: where asking failed, what was answered before is not shown, as it answers another question
 */
export function Loaded({ loaded: { answer, problem, again }, exact = false, children }) {
  return html`${problem && html`<${Failed} problem=${problem} retry=${again} />`}
    ${answer === null || (exact && problem) ? !problem && html`<${Loading} />` : children(answer)}`;
}
