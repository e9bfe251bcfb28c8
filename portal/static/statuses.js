/**
 * How a status looks: a word, a picture and a colour together, so that no one of them is needed.
 */

/** @type {Record<string, string>} */
const ICONS = {
  online: "check",
  single_call: "one",
  lunch: "fork",
  break: "cup",
  meeting: "people",
  other: "dots",
  web: "globe",
  offline: "power",
};

const COLOURS = ["green", "yellow", "orange", "purple", "grey", "teal", "red", "blue"];

/** @type {Record<string, string>} */
const MARKS = { green: "🟢", yellow: "🟡", orange: "🟠", purple: "🟣", grey: "⚪", teal: "🔹", red: "🔴", blue: "🔵" };

/**
 * @typedef {{status: string, name: string, colour: string, icon: string, mark: string, takesCalls: boolean}} Look
 *   colour: one that `tokens.css` has; icon: one of `parts/icon.js`; mark: one character for a window's title
 */

/**
 * @param {import("./store.js").Status[]} statuses of the account
 * @param {string} status
 * @returns {Look}
 */
export function lookOf(statuses, status) {
  const known = statuses.find((each) => each.status === status);
  const colour = COLOURS.includes(known?.colour ?? "") ? /** @type {string} */ (known?.colour) : "blue";
  return {
    status,
    name: known?.name ?? status,
    colour,
    icon: ICONS[status] ?? "star",
    mark: MARKS[colour],
    takesCalls: known?.takes_calls ?? false,
  };
}
