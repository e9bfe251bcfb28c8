/**
 * From which day to which a report tells. Days are the account's.
 */
import { format } from "../words.js";

/** @typedef {{from: string, to: string}} Span days as 2026-11-23, both included */

const DAY_MS = 86_400_000;

/** @param {number} ms @param {string} zone @returns {string} the day as 2026-11-23 */
function dayOf(ms, zone) {
  const part = (/** @type {Intl.DateTimeFormatOptions} */ parts) => format(ms, zone, parts);
  return `${part({ year: "numeric" })}-${part({ month: "2-digit" }).padStart(2, "0")}-${part({ day: "2-digit" }).padStart(2, "0")}`;
}

/** @param {string} day @param {number} days @returns {string} so many days later */
function later(day, days) {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** @type {[key: string, words: string, span: (today: string) => Span][]} */
export const SPANS = [
  ["today", "Today", (today) => ({ from: today, to: today })],
  ["yesterday", "Yesterday", (today) => ({ from: later(today, -1), to: later(today, -1) })],
  ["week", "Last 7 days", (today) => ({ from: later(today, -6), to: today })],
  ["month", "Last 30 days", (today) => ({ from: later(today, -29), to: today })],
];

/** @param {number} nowMs @param {string} zone @param {string} key of SPANS @returns {Span} */
export function spanOf(nowMs, zone, key) {
  const found = SPANS.find(([each]) => each === key) ?? SPANS[0];
  return found[2](dayOf(nowMs, zone));
}
