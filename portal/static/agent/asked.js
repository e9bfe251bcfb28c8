/**
 * What is asked of the server once and again whenever a call of the agent has ended, since it comes by no topic.
 */
import { useLoaded } from "../parts/loaded.js";
import { useEffect, useRef } from "../preact.js";
import { useTopic } from "../store.js";

/** The books are written a moment after the call. */
const BOOKED_AFTER_MS = 700;

/**
 * @param {string} key asked anew when it changes
 * @param {() => Promise<any>} ask
 * @returns {{answer: any, problem: Error | null, again: () => void, put: (answer: any) => void}} the last answer stays while a newer one is awaited
 */
export function useAsked(key, ask) {
  const loaded = useLoaded(key, ask);
  const { again } = loaded;
  const ended = useCallsEnded();
  useEffect(() => {
    if (ended === 0) {
      return undefined;
    }
    const timer = setTimeout(again, BOOKED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [ended]);
  return loaded;
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
