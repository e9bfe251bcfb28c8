/**
 * What people may do, in words.
 */

/** @type {[role: string, name: string, meaning: string][]} */
export const ROLES = [
  ["agent", "Agent", "Answers queues; sees his own page."],
  ["supervisor", "Supervisor", "Looks after queues: their board, rules, agents and reports."],
  ["office_manager", "Office manager", "Looks after everything of the account."],
];

/** @param {string} role */
export function roleInWords(role) {
  return ROLES.find(([each]) => each === role)?.[1] ?? role;
}
