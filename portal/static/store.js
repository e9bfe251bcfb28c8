/**
 * What the page knows: who is logged in, and the live topics. Components ask here and are drawn when it changes.
 */
import { api, Problem, whenLoggedOut, whenNotAllowed } from "./api.js";
import { setEngineNow } from "./clock.js";
import { Live } from "./live.js";
import { createContext, useContext, useEffect, useState } from "./preact.js";

/**
 * @typedef {{login: string, account: string, extension: string, name: string,
 *   role: "agent" | "supervisor" | "office_manager", supervises: string[] | "all", is_agent: boolean}} Who
 * @typedef {{status: string, name: string, colour: string, icon: string, takes_calls: boolean}} Status
 * @typedef {{who: Who, time_zone: string, home_region: string, statuses: Status[], engine_now: string}} Session
 */

/** @type {Live | null} */
let live = null;

export const SessionContext = createContext(/** @type {Session | null} */ (null));

/** @returns {Session} of who is logged in; only pages behind the login ask */
export function useSession() {
  return useContext(SessionContext);
}

/**
 * @returns {Promise<Session | null>} null: nobody is logged in
 * @throws {Problem} when the server cannot say
 */
export async function askSession() {
  try {
    const session = await api.get("session");
    setEngineNow(session.engine_now);
    return session;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) {
      return null;
    }
    throw problem;
  }
}

/** @type {(session: Session) => void} */
let onNewSession = () => {};

/** @param {(session: Session) => void} listener called when the role, the statuses or the place have changed */
export function whenSessionRenewed(listener) {
  onNewSession = listener;
}

/** Asks for them again, as others may have changed them. Where that fails, what is known stays. */
export async function renewSession() {
  try {
    const session = await askSession();
    session !== null && onNewSession(session);
  } catch {
    // Said by the live connection, if it lasts.
  }
}

async function mayConnect() {
  try {
    return (await askSession()) !== null;
  } catch {
    return true;
  }
}

/** @param {() => void} onSessionEnd */
export function startLive(onSessionEnd) {
  stopLive();
  whenLoggedOut(onSessionEnd);
  whenNotAllowed(renewSession);
  live = new Live(`${location.origin.replace(/^http/, "ws")}/api/v1/live`, { onSessionEnd, mayConnect });
  live.start();
}

export function stopLive() {
  live?.stop();
  live = null;
}

export function retryNow() {
  live?.retryNow();
}

/** What an unwatched topic is. @type {import("./live.js").Topic} */
const NOTHING = { rows: null, refused: null, n: 0 };

/**
 * @param {string | null} name null: nothing is watched
 * @returns {import("./live.js").Topic}
 */
export function useTopic(name) {
  return useKept(
    () => (name !== null && live?.topics.get(name)) || NOTHING,
    (listener) => (name === null ? undefined : live?.watch(name, listener)),
    name,
  );
}

/** @returns {any} the row of the agent himself; null until it has come, and for who is no agent */
export function useMe() {
  const { who } = useSession();
  return useTopic(who.is_agent ? "me" : null).rows?.me ?? null;
}

/** @returns {import("./live.js").Connection} */
export function useConnection() {
  return useKept(
    () => live?.connection ?? { live: false, heardMs: null },
    (listener) => {
      const kept = live?.connectionListeners;
      kept?.add(listener);
      return () => kept?.delete(listener);
    },
    "connection",
  );
}

/**
 * What is kept outside of the components: drawn again whenever it changes, also when it did so between being drawn
 * and being listened to.
 *
 * @template T
 * @param {() => T} present another object after each change
 * @param {(listener: () => void) => (() => void) | undefined} listen
 * @param {string | null} key listened to anew when it changes
 * @returns {T}
 */
function useKept(present, listen, key) {
  const [, draw] = useState(0);
  const drawn = present();
  useEffect(() => {
    const listener = () => draw((n) => n + 1);
    const end = listen(listener);
    if (present() !== drawn) {
      listener();
    }
    return end;
  }, [key]);
  return drawn;
}
