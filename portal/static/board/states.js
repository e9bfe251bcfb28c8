/**
 * What agents do, in one or two words each, in the order in which a supervisor looks for them.
 */

/** @type {[state: string, word: string, colour: string, icon: string][]} */
const STATES = [
  ["idle", "free", "green", "check"],
  ["ringing", "ringing", "teal", "phone"],
  ["talking", "on a call", "blue", "headset"],
  ["wrap_up", "wrap-up", "purple", "clock"],
  ["other_call", "other call", "grey", "outgoing"],
  ["back_off", "short pause", "yellow", "hold"],
  ["unreachable", "no phone", "orange", "warning"],
  ["away", "away", "yellow", "cup"],
  ["offline", "offline", "red", "power"],
];

/** @param {string} doing @returns {{place: number, word: string, colour: string, icon: string}} */
export function stateOf(doing) {
  const place = STATES.findIndex(([state]) => state === doing);
  const [, word, colour, icon] = STATES[place] ?? ["", doing, "grey", "dots"];
  return { place, word, colour, icon };
}

/** @param {Record<string, number>} counts @returns {{state: string, word: string, colour: string, icon: string, count: number}[]} without those of nobody */
export function statesOf(counts) {
  return STATES.filter(([state]) => counts[state] > 0).map(([state, word, colour, icon]) => ({ state, word, colour, icon, count: counts[state] }));
}
