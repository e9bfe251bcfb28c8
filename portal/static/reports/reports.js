/**
 * The reports there are: by what each can be cut, whom it can be narrowed to, and what its picture shows.
 */

/**
 * @typedef {{key: string, name: string, by: [string, string][], queue: boolean, agent: boolean,
 *   unit: "calls" | "time", series: {key: string, name: string, colour: string}[]}} Kind
 */

/** @type {[string, string][]} */
const CUTS = [["hour", "By hour"], ["day", "By day"], ["total", "In all"]];

/** @type {Kind[]} */
export const KINDS = [
  {
    key: "queues", name: "Queues", by: CUTS, queue: true, agent: false, unit: "calls",
    series: [
      { key: "answered", name: "Answered", colour: "b" },
      { key: "abandoned", name: "Abandoned", colour: "c" },
      { key: "overflowed", name: "Overflowed", colour: "d" },
    ],
  },
  {
    key: "agents", name: "Agents", by: CUTS, queue: true, agent: true, unit: "calls",
    series: [
      { key: "handled", name: "Handled", colour: "b" },
      { key: "missed", name: "Missed", colour: "c" },
      { key: "declined", name: "Declined", colour: "e" },
    ],
  },
  {
    key: "time-in-status", name: "Time in status", by: CUTS, queue: false, agent: true, unit: "time",
    series: [
      { key: "talking_s", name: "Talking", colour: "a" },
      { key: "in_wrap_up_s", name: "In wrap-up", colour: "d" },
      { key: "other_call_s", name: "Other calls", colour: "h" },
      { key: "idle_s", name: "Idle", colour: "b" },
      { key: "away_s", name: "Away", colour: "e" },
    ],
  },
  {
    key: "abandoned", name: "Abandoned calls", by: [...CUTS, ["call", "Call by call"]], queue: true, agent: false, unit: "calls",
    series: [{ key: "abandoned", name: "Abandoned", colour: "c" }],
  },
];
