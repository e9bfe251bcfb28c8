/**
 * Every rule of a queue: what it is called, what it does, and how it is written. Draws nothing.
 *
 * Keys are those of a centre's file; `callback.key` is the `key` inside of `callback`.
 */

/**
 * @typedef {"text" | "length" | "count" | "yes" | "choice" | "list"} Kind
 * @typedef {{key: string, label: string, hint?: string, kind: Kind, options?: [value: string, words: string][],
 *   empty?: string, required?: boolean, only?: (form: Form) => boolean}} Rule
 *   empty: what it means that nothing is written; only: when there is such a rule
 * @typedef {{title: string, rules: Rule[]}} Section
 * @typedef {Record<string, string | boolean>} Form every rule as it stands in its field
 */

/** @type {[string, string, string][]} */
export const TYPES = [
  ["round_robin", "Round robin", "One agent at a time: the one who has been idle longest."],
  ["tiered_round_robin", "Tiered round robin", "The same among the agents of the lowest order number; then among those of the next."],
  ["ring_all", "Ring all", "All free agents at once; the first to pick up has the call."],
  ["linear_hunt", "Linear hunt", "One agent at a time, in their order, from the top for every call."],
  ["linear_cascade", "Linear cascade", "The first group rings, then the next group as well, until all ring."],
  ["call_park", "Call park", "Nobody rings. Callers hear music until somebody dials the queue's number."],
];

const cascade = (/** @type {Form} */ form) => form.type === "linear_cascade";
const rings = (/** @type {Form} */ form) => form.type !== "call_park";
const callsBack = (/** @type {Form} */ form) => form["callback.on"] === true;
const overflows = (/** @type {string} */ kind) => (/** @type {Form} */ form) => form["overflow.kind"] === kind;

/** @type {Section[]} */
const AGENTS = [
  {
    title: "The queue",
    rules: [
      { key: "name", label: "Name", kind: "text", required: true },
      { key: "type", label: "Type", kind: "choice", options: TYPES.map(([value, name]) => [value, name]) },
      { key: "first_round", label: "Agents who ring first", kind: "count", only: cascade, empty: "by order",
        hint: "Left empty together with the next: agents of one order number are a group." },
      { key: "increment", label: "Agents who ring in addition each time", kind: "count", only: cascade, empty: "by order" },
      { key: "ring_time", label: "Ring time", kind: "length", required: true, only: rings, hint: "So long a phone rings; then the next agent is tried." },
      { key: "priority", label: "Priority", kind: "count", required: true, only: rings,
        hint: "Which queue agents of several queues serve first: 1 before 2." },
    ],
  },
  {
    title: "Agents",
    rules: [
      { key: "wrap_up", label: "Wrap-up", kind: "length", required: true, only: rings,
        hint: "After a call the agent is left alone for so long. 0s: not at all." },
      { key: "wrap_up_mandatory", label: "The wrap-up cannot be cut short", kind: "yes", only: rings },
      { key: "busy_back_off", label: "Pause after busy", kind: "length", required: true, only: rings,
        hint: "An agent who was found busy is not rung again for so long." },
      { key: "declined_back_off", label: "Pause after declining", kind: "length", required: true, only: rings,
        hint: "The same for one who declined." },
      { key: "unreachable_back_off", label: "Pause after not being reached", kind: "length", required: true, only: rings,
        hint: "The same for one whose phone could not be reached." },
      { key: "after_missed", label: "Offline after missed calls", kind: "count", only: rings, empty: "never",
        hint: "So many missed in a row take an agent Offline. Empty: never." },
      { key: "single_call_used_by", label: "Single-Call Mode is used up by", kind: "choice", only: rings,
        options: [["handled", "a call that was handled"], ["offered", "any call that was offered"]] },
      { key: "agent_announcement", label: "Sound for the agent", kind: "text", empty: "none",
        hint: "Said to the agent, with the caller's wait, before the two are joined. A sound's name as Asterisk has it, without .wav." },
    ],
  },
  {
    title: "Figures and recording",
    rules: [
      { key: "service_level", label: "Service level within", kind: "length", required: true, hint: "An answer within this time counts as good service." },
      { key: "recording", label: "Recording", kind: "choice",
        options: [["off", "off"], ["on", "every talk"], ["on_demand", "begun and ended by the agent with *1"]] },
    ],
  },
];

/** @type {Section[]} */
const CALLERS = [
  {
    title: "Who may wait, and how long",
    rules: [
      { key: "max_callers", label: "Callers at most", kind: "count", empty: "no limit", hint: "When so many wait, further ones are sent on." },
      { key: "max_expected_wait", label: "Longest expected wait", kind: "length", empty: "no limit",
        hint: "Who would probably wait longer than this is sent on at once." },
      { key: "agents_required", label: "Agents required", kind: "count", required: true,
        hint: "While fewer agents than this take calls, callers are sent on. 0: nobody is needed." },
      { key: "max_wait", label: "Longest wait", kind: "length", empty: "no limit",
        hint: "Who has waited so long is sent on; a phone that rings is let finish." },
      { key: "longest_behind", label: "Longest wait behind others", kind: "length", empty: "no limit",
        hint: "Who has waited so long goes before all priorities." },
      { key: "place_back", label: "Place kept after hanging up", kind: "length", empty: "not kept",
        hint: "Who hangs up and calls again within this time has his place back." },
    ],
  },
  {
    title: "Where callers are sent on to",
    rules: [
      { key: "overflow.kind", label: "They go to", kind: "choice",
        options: [["", "a message, and are hung up"], ["queue", "another queue"], ["extension", "an extension"], ["message", "a message of your own"]] },
      { key: "overflow.queue", label: "Which queue", kind: "text", required: true, only: overflows("queue"), hint: "They keep the time they have waited." },
      { key: "overflow.extension", label: "Which extension", kind: "text", required: true, only: overflows("extension") },
      { key: "overflow.message", label: "Which sound", kind: "text", required: true, only: overflows("message"),
        hint: "Its name as Asterisk has it, without .wav." },
      { key: "leave_key", label: "Key to leave", kind: "text", empty: "none", hint: "A caller who presses it goes there by himself." },
      { key: "callback.on", label: "Callers may be called back and keep their place", kind: "yes" },
      { key: "callback.key", label: "Key to be called back", kind: "text", required: true, only: callsBack },
      { key: "callback.attempts", label: "Attempts", kind: "count", required: true, only: callsBack },
      { key: "callback.retry", label: "Pause between attempts", kind: "length", required: true, only: callsBack },
      { key: "callback.ring_time", label: "Ring time at the caller's", kind: "length", required: true, only: callsBack },
    ],
  },
  {
    title: "What callers hear beside the music",
    rules: [
      { key: "announcements.welcome", label: "Welcome", kind: "text", empty: "none", hint: "A sound's name as Asterisk has it, without .wav." },
      { key: "announcements.position_every", label: "Their place, every", kind: "length", empty: "never" },
      { key: "announcements.expected_wait_every", label: "Their expected wait, every", kind: "length", empty: "never" },
      { key: "announcements.comfort", label: "Comforting sounds", kind: "list", empty: "none", hint: "Their names, with commas between. They come in turn." },
      { key: "announcements.comfort_every", label: "A comforting sound, every", kind: "length", empty: "never" },
    ],
  },
];

/** How they stand beside each other where there is room. */
export const COLUMNS = [AGENTS, CALLERS];

const RULES = COLUMNS.flat().flatMap(({ rules }) => rules);

/** Where faults can be shown. */
export const PLACES = RULES.map(({ key }) => key);

/** @param {any} rules of a queue, as the server tells them @returns {Form} */
export function formOf(rules) {
  const [overflow] = Object.entries(rules.overflow ?? {}).filter(([, value]) => value);
  /** @type {Form} */
  const form = {};
  for (const { key, kind } of RULES) {
    const [first, second] = key.split(".");
    const value = second === undefined ? rules[first] : rules[first]?.[second];
    form[key] = kind === "yes" ? value === true : kind === "list" ? (value ?? []).join(", ") : String(value ?? "");
  }
  const usual = rules.callback === null || rules.callback === undefined;
  return {
    ...form,
    "overflow.kind": overflow?.[0] ?? "",
    "callback.on": !usual,
    ...(usual && { "callback.attempts": "3", "callback.retry": "5m", "callback.ring_time": "30s" }),
  };
}

/**
 * What a change has to say: each rule that is no more what it was, whole.
 * @param {Form} before @param {Form} after @returns {Record<string, any>}
 */
export function changes(before, after) {
  const changed = (/** @type {string} */ key) => before[key] !== after[key];
  /** @type {Record<string, any>} */
  const body = {};
  const there = (/** @type {Rule} */ { key, only }) => !key.includes(".") && (only === undefined || only(after));
  for (const { key, kind } of RULES.filter((rule) => there(rule) && changed(rule.key))) {
    body[key] = written(kind, after[key]);
  }
  if (after.type !== "linear_cascade" && before.type === "linear_cascade") {
    Object.assign(body, { first_round: null, increment: null });
  }
  for (const whole of ["overflow", "callback", "announcements"]) {
    const parts = Object.keys(after).filter((key) => key.startsWith(`${whole}.`));
    if (parts.some(changed)) {
      body[whole] = wholes[whole](after);
    }
  }
  return body;
}

/** @type {Record<string, (form: Form) => any>} */
const wholes = {
  overflow: (form) => (form["overflow.kind"] === "" ? null : { [String(form["overflow.kind"])]: form[`overflow.${form["overflow.kind"]}`] }),
  callback: (form) => (form["callback.on"] ? insides("callback", form) : null),
  announcements: (form) => insides("announcements", form),
};

/** @param {string} whole @param {Form} form */
function insides(whole, form) {
  const parts = RULES.filter(({ key }) => key.startsWith(`${whole}.`) && key !== `${whole}.on`);
  return Object.fromEntries(parts.map(({ key, kind }) => [key.slice(whole.length + 1), written(kind, form[key])]));
}

/** @param {Kind} kind @param {string | boolean} value @returns {any} as the server wants it */
function written(kind, value) {
  if (typeof value === "boolean" || kind === "choice") {
    return value;
  }
  const text = value.trim();
  switch (kind) {
    case "count": return text === "" ? null : Number(text);
    case "list": return text === "" ? null : text.split(",").map((each) => each.trim()).filter(Boolean);
    default: return text === "" ? null : text;
  }
}

/** Fields of whole numbers that hold something else. @param {Form} form @returns {{place: string, said: string}[]} */
export function notNumbers(form) {
  return RULES.filter(({ kind, key }) => kind === "count" && !/^\d*$/.test(String(form[key]).trim()))
    .map(({ key }) => ({ place: key, said: "this is no whole number; write one like 3" }));
}

/** Required fields that hold nothing. @param {Form} form @returns {{place: string, said: string}[]} */
export function missing(form) {
  return RULES.filter(({ required, only, key }) => required && (only === undefined || only(form)) && String(form[key]).trim() === "")
    .map(({ key }) => ({ place: key, said: "this is missing; write something here" }));
}

/** What others have changed. @param {Form} before @param {Form} now @returns {string[]} in words */
export function changedInWords(before, now) {
  const shown = (/** @type {any} */ rule, /** @type {string | boolean} */ value) =>
    typeof value === "boolean" ? (value ? "yes" : "no") : rule.options?.find((/** @type {any} */ [each]) => each === value)?.[1] ?? (value || rule.empty || "nothing");
  return RULES.filter(({ key }) => before[key] !== now[key])
    .map((rule) => `${rule.label}: ${shown(rule, now[rule.key])} (was ${shown(rule, before[rule.key])})`);
}
