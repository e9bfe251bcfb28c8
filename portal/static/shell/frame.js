/**
 * What stands around every page behind the login: the bar, the word about a lost connection, the keys.
 */
import { speak } from "../announce.js";
import { timeOfDay } from "../words.js";
import { html, useEffect, useRef, useState } from "../preact.js";
import { useShortcuts } from "../keys.js";
import { usePageMark } from "../page-mark.js";
import { retryNow, useConnection, useMe, useSession } from "../store.js";
import { Help } from "./help.js";
import { Bar } from "./bar.js";

/** How long a connection may be away before the page says so: a short cut is mended unseen. */
const SAY_AFTER_MS = 1_200;

/** @param {{route: import("../routes.js").Route, end: (why: string) => void, children?: any}} props */
export function Frame({ route, end, children }) {
  const [help, setHelp] = useState(false);
  const me = useMe();
  usePageMark(me);
  useShortcuts(me, () => setHelp(true));
  if (route.bare) {
    return html`<${Lost} />${children}`;
  }
  return html`
    <a class="skip" href="#main">Skip to the page</a>
    <div class="top">
      <${Bar} route=${route} me=${me} end=${end} openHelp=${() => setHelp(true)} />
      <${Lost} />
    </div>
    ${children}
    ${help && html`<${Help} onClose=${() => setHelp(false)} />`}`;
}

/** Says since when nothing is heard, and that calls go on without this page. */
function Lost() {
  const { live, heardMs } = useConnection();
  const { time_zone: zone } = useSession();
  const [said, setSaid] = useState(false);
  const was = useRef(false);
  useEffect(() => {
    if (live) {
      if (was.current) {
        speak("Live again.");
      }
      was.current = false;
      setSaid(false);
      return undefined;
    }
    const timer = setTimeout(() => {
      was.current = true;
      setSaid(true);
    }, SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [live]);
  return html`<div role="status">${!live && said && html`<p class="lost">
    <strong>${heardMs === null ? "Not live yet." : `Not live since ${timeOfDay(heardMs, zone)}.`}</strong>
    <span>Your phone still works. What you see may be old.</span>
    <button type="button" onClick=${retryNow}>Try now</button>
  </p>`}</div>`;
}
