/**
 * The icon and the title of the window: they carry the own status and an offer, so that a glance at the task bar
 * tells both. Installed as an application, it is the headset icon that an agent keeps on his screen.
 */
import { useEffect } from "./preact.js";
import { preference } from "./preferences.js";
import { lookOf } from "./statuses.js";
import { useSession } from "./store.js";
import { callerTitle } from "./words.js";

const BLINK_MS = 1_000;
const SITE = "Call centre";
let page = "";
let prefix = "";

/** @param {string} title of the page that is shown */
export function setPageTitle(title) {
  page = title;
  draw();
}

function draw() {
  document.title = `${prefix}${page ? `${page} – ` : ""}${SITE}`;
}

/** @param {string} name of a picture in `icons/` */
function setIcon(name) {
  const link = document.getElementById("page-icon");
  const path = `/static/icons/${name}.svg`;
  if (link instanceof HTMLLinkElement && link.getAttribute("href") !== path) {
    link.setAttribute("href", path);
  }
}

/** @param {any} me the agent's row; null for who is no agent */
export function usePageMark(me) {
  const { statuses } = useSession();
  const look = me && lookOf(statuses, me.status);
  const offer = me?.offer ?? null;
  useEffect(() => {
    if (!look) {
      return undefined;
    }
    prefix = `${look.mark} ${look.name} · `;
    setIcon(`headset-${look.colour}`);
    draw();
    return () => {
      prefix = "";
      setIcon("headset-grey");
      draw();
    };
  }, [look?.status, look?.name, look?.colour]);
  useEffect(() => (offer && look ? showOffer(offer, look.colour) : undefined), [offer?.offer]);
}

/** @param {any} offer @param {string} colour @returns {() => void} ends it */
function showOffer(offer, colour) {
  const usual = prefix;
  const words = `☎ ${callerTitle(offer)} · ${offer.queue_name} · `;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let on = true;
  const show = () => {
    prefix = on || still ? words : usual;
    setIcon(on || still ? "headset-offer" : `headset-${colour}`);
    draw();
    on = !on;
  };
  show();
  const timer = setInterval(show, BLINK_MS);
  const notice = showNotice(offer);
  navigator.setAppBadge?.(1).catch(() => {});
  return () => {
    clearInterval(timer);
    notice?.close();
    navigator.clearAppBadge?.().catch(() => {});
    prefix = usual;
    setIcon(`headset-${colour}`);
    draw();
  };
}

/** On the desktop, where he has asked for it. @param {any} offer @returns {Notification | null} */
function showNotice(offer) {
  if (preference("notices") !== "on" || !("Notification" in window) || Notification.permission !== "granted") {
    return null;
  }
  const notice = new Notification(`Call from ${callerTitle(offer)}`, { body: offer.queue_name, tag: "offer" });
  notice.onclick = () => window.focus();
  return notice;
}
