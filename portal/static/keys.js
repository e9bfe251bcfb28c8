/**
 * Single keys that act from anywhere on the page. They can be switched off, and never act while somebody types
 * or a dialog is open.
 */
import { useEffect } from "./preact.js";
import { preference } from "./preferences.js";
import { chooseStatus, endWrapUp } from "./agent/deeds.js";

/** @type {[key: string, meaning: string, status: string][]} */
export const STATUS_KEYS = [
  ["o", "Online", "online"],
  ["s", "Single-Call Mode", "single_call"],
  ["l", "Lunch", "lunch"],
  ["b", "Break", "break"],
  ["m", "Meeting", "meeting"],
  ["t", "Other", "other"],
  ["w", "Web", "web"],
  ["f", "Offline", "offline"],
];

/** @type {[key: string, meaning: string][]} */
export const OTHER_KEYS = [
  ["r", "Ready now: end the wrap-up"],
  ["1 … 9", "Open the waiting callers of that queue in the list"],
  ["/", "Search"],
  ["?", "This help"],
];

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof HTMLElement && target.closest("input, select, textarea, [contenteditable], [role=listbox]");
}

/**
 * @param {any} me the agent's row; null: only the keys that everybody has
 * @param {() => void} openHelp
 */
export function useShortcuts(me, openHelp) {
  useEffect(() => {
    const listener = (/** @type {KeyboardEvent} */ event) => {
      const quiet = event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target);
      if (quiet || preference("keys") === "off" || document.querySelector("dialog[open]")) {
        return;
      }
      if (act(event.key, me, openHelp)) {
        event.preventDefault();
      }
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, [me, openHelp]);
}

/** @param {string} key @param {any} me @param {() => void} openHelp @returns {boolean} whether the key means something */
function act(key, me, openHelp) {
  if (key === "?") {
    openHelp();
    return true;
  }
  if (key === "/") {
    const field = document.querySelector("main input[type=search]");
    if (field instanceof HTMLElement) {
      field.focus();
      return true;
    }
    return false;
  }
  if (/^[1-9]$/.test(key)) {
    return openWaiting(Number(key));
  }
  if (me === null) {
    return false;
  }
  const status = STATUS_KEYS.find(([each]) => each === key)?.[2];
  if (status !== undefined) {
    chooseStatus(me.agent, status);
    return true;
  }
  if (key === "r" && me.wrap_up?.may_end) {
    endWrapUp(me.agent);
    return true;
  }
  return false;
}

/** @param {number} place of the queue in the list @returns {boolean} whether there is one */
function openWaiting(place) {
  const button = document.querySelectorAll("[data-waiting-of]")[place - 1];
  if (!(button instanceof HTMLElement)) {
    return false;
  }
  button.focus();
  button.click();
  return true;
}
