/**
 * What is asked of the server once and again whenever a call of the agent has ended, since it comes by no topic.
 */
import { useCallback, useEffect, useRef, useState } from "../preact.js";
import { useTopic } from "../store.js";

/** The books are written a moment after the call. */
const BOOKED_AFTER_MS = 700;

/**
 * @param {string} key asked anew when it changes
 * @param {() => Promise<any>} ask
 * @returns {{answer: any, problem: Error | null, again: () => void}} the last answer stays while a newer one is awaited
 */
export function useAsked(key, ask) {
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
  useEffect(again, [key]);
  const ended = useCallsEnded();
  useEffect(() => {
    if (ended === 0) {
      return undefined;
    }
    const timer = setTimeout(again, BOOKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [ended]);
  return { answer, problem, again };
}

/** @returns {number} how many calls and offers of his have ended since the page was opened */
function useCallsEnded() {
  const me = useTopic("me").rows?.me ?? null;
  const before = useRef(/** @type {string[]} */ ([]));
  const count = useRef(0);
  const now = me === null ? before.current : [
    ...me.calls.map((/** @type {any} */ call) => call.call),
    ...me.other_calls.map((/** @type {any} */ call) => call.channel),
    ...(me.offer ? [me.offer.offer] : []),
  ];
  if (before.current.some((each) => !now.includes(each))) {
    count.current += 1;
  }
  before.current = now;
  return count.current;
}
