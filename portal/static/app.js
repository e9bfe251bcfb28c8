/**
 * Where the page begins: asks who is logged in, and draws the frame with the page of the address in it.
 */
import { SessionContext, askSession, startLive, stopLive, whenSessionRenewed } from "./store.js";
import { html, render, useEffect, useState } from "./preact.js";
import { firstPage, mayOpen, ROUTES } from "./routes.js";
import { go, match, usePath } from "./router.js";
import { Notices } from "./announce.js";
import { Frame } from "./shell/frame.js";
import { Page } from "./shell/page.js";

/** @typedef {import("./store.js").Session} Session */

function App() {
  /** @type {[Session | null | undefined, (session: Session | null) => void]} */
  const [session, setSession] = useState(undefined);
  const [unreachable, setUnreachable] = useState("");
  const path = usePath();

  const begin = (/** @type {Session} */ given) => {
    whenSessionRenewed(setSession);
    startLive(() => end("Your session has ended. Log in again."));
    setSession(given);
  };
  const end = (/** @type {string} */ why) => {
    stopLive();
    setSession(null);
    const back = location.pathname === "/" || location.pathname === "/login" ? "" : location.pathname;
    go("/login", { replace: true });
    sessionStorage.setItem("acd.login", JSON.stringify({ why, back }));
  };
  useEffect(() => {
    askSession().then(
      (given) => (given === null ? setSession(null) : begin(given)),
      (problem) => setUnreachable(problem.message),
    );
  }, []);

  if (session === undefined) {
    return html`<main class="first"><p role="status">${unreachable || "Loading…"}</p></main>`;
  }
  const { route, values } = pageAt(path, session);
  if (session === null || route.open) {
    return html`<${Page} key=${route.path} route=${route} values=${values} begin=${begin} /><${Notices} />`;
  }
  return html`<${SessionContext.Provider} value=${session}>
    <${Frame} route=${route} end=${end}>
      <${Page} key=${path} route=${route} values=${values} begin=${begin} />
    <//>
    <${Notices} />
  <//>`;
}

/**
 * The page to draw. Without a login that is a page open to all, with one the first that he may see.
 * @param {string} path
 * @param {Session | null} session
 * @returns {{route: import("./routes.js").Route, values: Record<string, string>}}
 */
function pageAt(path, session) {
  for (const route of ROUTES) {
    const values = match(route.path, path);
    if (values !== null && (session === null ? route.open : mayOpen(route, session.who))) {
      return { route, values };
    }
  }
  const instead = session === null ? "/login" : firstPage(session.who);
  if (session === null && path !== "/") {
    sessionStorage.setItem("acd.login", JSON.stringify({ why: "", back: path }));
  }
  history.replaceState(null, "", instead);
  return pageAt(instead, session);
}

render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById("app")));
