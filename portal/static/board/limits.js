/**
 * From when on a figure of the board asks for attention. Everybody has limits of his own, kept in his browser.
 */
import { useEffect, useState } from "../preact.js";

/** @typedef {"good" | "watch" | "bad"} Level */
/** @typedef {Record<string, [watch: number, bad: number]>} Limits */

/**
 * What can be watched: in what unit a limit is written, and how many of the figure's own units that is. What an
 * agent does is watched under the word that the engine has for it.
 * @type {{key: string, name: string, unit: string, scale: number, low?: boolean, usual: [number, number]}[]}
 *   low: it is the small ones that are bad
 */
export const WATCHED = [
  { key: "waiting", name: "Callers waiting", unit: "callers or more", scale: 1, usual: [3, 6] },
  { key: "longest", name: "Longest wait", unit: "seconds or more", scale: 1, usual: [30, 60] },
  { key: "service_level", name: "Service level", unit: "% or less", scale: 0.01, low: true, usual: [80, 70] },
  { key: "abandoned", name: "Share of callers who gave up", unit: "% or more", scale: 0.01, usual: [5, 10] },
  { key: "average_wait", name: "Average wait", unit: "seconds or more", scale: 1, usual: [20, 40] },
  { key: "talking", name: "An agent on a call", unit: "minutes or more", scale: 60, usual: [15, 30] },
  { key: "wrap_up", name: "An agent in wrap-up", unit: "minutes or more", scale: 60, usual: [2, 5] },
  { key: "away", name: "An agent away", unit: "minutes or more", scale: 60, usual: [45, 60] },
  { key: "missed", name: "Calls missed by an agent", unit: "calls or more", scale: 1, usual: [2, 4] },
];

const KEPT = "acd.limits";

/** @type {Limits} */
export const USUAL = Object.fromEntries(WATCHED.map(({ key, usual }) => [key, usual]));

/** @type {Set<() => void>} */
const listeners = new Set();

/** @returns {Limits} */
function kept() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return USUAL;
  }
}

/** @param {Limits} limits */
export function keepLimits(limits) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(limits));
  } catch {
    // A browser that keeps nothing has the usual ones.
  }
  listeners.forEach((each) => each());
}

/** @returns {Limits} */
export function useLimits() {
  const [limits, set] = useState(kept);
  useEffect(() => {
    const listener = () => set(kept());
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, []);
  return limits;
}

/**
 * @param {Limits} limits
 * @param {string} key of what is watched
 * @param {number | null | undefined} figure null: there is none, and nothing to say about it
 * @returns {Level}
 */
export function levelOf(limits, key, figure) {
  const watched = WATCHED.find((each) => each.key === key);
  if (watched === undefined || figure === null || figure === undefined) {
    return "good";
  }
  const [watch, bad] = limits[key].map((limit) => limit * watched.scale);
  const beyond = (/** @type {number} */ limit) => (watched.low ? figure <= limit : figure >= limit);
  return beyond(bad) ? "bad" : beyond(watch) ? "watch" : "good";
}
