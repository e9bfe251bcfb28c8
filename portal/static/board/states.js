/**
 * What agents do, in one or two words each, in the order in which a supervisor looks for them.
 */

/** @type {[state: string, word: string, colour: string][]} */
const STATES = [
  ["idle", "free", "green"],
  ["ringing", "ringing", "teal"],
  ["talking", "on a call", "blue"],
  ["wrap_up", "wrap-up", "purple"],
  ["other_call", "other call", "grey"],
  ["back_off", "short pause", "yellow"],
  ["unreachable", "no phone", "orange"],
  ["away", "away", "yellow"],
  ["offline", "offline", "red"],
];

/** @param {string} doing @returns {{place: number, word: string, colour: string}} */
export function stateOf(doing) {
  const place = STATES.findIndex(([state]) => state === doing);
  const [, word, colour] = STATES[place] ?? ["", doing, "grey"];
  return { place, word, colour };
}

/** @param {Record<string, number>} counts @returns {{state: string, word: string, colour: string, count: number}[]} without those of nobody */
export function statesOf(counts) {
  return STATES.filter(([state]) => counts[state] > 0).map(([state, word, colour]) => ({ state, word, colour, count: counts[state] }));
}
