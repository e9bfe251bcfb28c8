/**
 * Every page: its address, its name, who may see it, and the module that draws it, which is loaded when first needed.
 *
 * The server decides again who may see what; here it only keeps links away that would lead nowhere.
 */

/** @typedef {import("./store.js").Who} Who */
/**
 * @typedef {{path: string, title: string, load: () => Promise<{default: any}>, open?: boolean, nav?: boolean,
 *   bare?: boolean, mayOpen?: (who: Who) => boolean}} Route
 *   open: seen without a login; nav: stands in the bar; bare: without the bar, for a screen on the wall
 */

const supervises = (/** @type {Who} */ who) => who.role !== "agent";
const manages = (/** @type {Who} */ who) => who.role === "office_manager";

/** @type {Route[]} */
export const ROUTES = [
  { path: "/", title: "My calls", load: () => import("./pages/agent.js"), nav: true, mayOpen: (who) => who.is_agent },
  { path: "/board", title: "Board", load: () => import("./pages/board.js"), nav: true, mayOpen: supervises },
  { path: "/queues", title: "Queues", load: () => import("./pages/queues.js"), nav: true, mayOpen: supervises },
  { path: "/queues/:queue", title: "Queue", load: () => import("./pages/queue.js"), mayOpen: supervises },
  { path: "/people", title: "People", load: () => import("./pages/people.js"), nav: true, mayOpen: supervises },
  { path: "/people/:extension", title: "Person", load: () => import("./pages/person.js"), mayOpen: manages },
  { path: "/history", title: "Calls", load: () => import("./pages/history.js"), nav: true, mayOpen: supervises },
  { path: "/reports", title: "Reports", load: () => import("./pages/reports.js"), nav: true, mayOpen: supervises },
  { path: "/settings", title: "Settings", load: () => import("./pages/settings.js"), nav: true, mayOpen: supervises },
  { path: "/audit", title: "Audit", load: () => import("./pages/audit.js"), nav: true, mayOpen: manages },
  { path: "/wallboard", title: "Wallboard", load: () => import("./pages/wallboard.js"), bare: true, mayOpen: supervises },
  { path: "/account", title: "Account", load: () => import("./pages/account.js") },
  { path: "/login", title: "Log in", load: () => import("./pages/login.js"), open: true },
  { path: "/forgot", title: "Forgot password", load: () => import("./pages/forgot.js"), open: true },
  { path: "/reset/:token", title: "New password", load: () => import("./pages/reset.js"), open: true },
];

/** @param {Route} route @param {Who} who */
export function mayOpen(route, who) {
  return route.mayOpen === undefined || route.mayOpen(who);
}

/** Where somebody begins. @param {Who} who */
export function firstPage(who) {
  return ROUTES.find((route) => route.nav && mayOpen(route, who))?.path ?? "/account";
}
