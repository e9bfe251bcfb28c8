/**
 * What somebody likes in this browser: colours, keys, notices, the order of agents. Kept here only; the server does not
 * care.
 */
import { useEffect, useState } from "./preact.js";

/** @type {{theme: "system" | "light" | "dark", keys: "on" | "off", notices: "on" | "off", agents: "state" | "name" | "extension"}} */
const USUAL = { theme: "system", keys: "on", notices: "off", agents: "state" };
const listeners = new Set();

/**
 * @param {keyof typeof USUAL} name
 * @returns {string}
 */
export function preference(name) {
  try {
    return localStorage.getItem(`acd.${name}`) ?? USUAL[name];
  } catch {
    return USUAL[name];
  }
}

/**
 * @param {keyof typeof USUAL} name
 * @param {string} value
 */
export function prefer(name, value) {
  try {
    localStorage.setItem(`acd.${name}`, value);
  } catch {
    // A browser that keeps nothing: it holds until the page is left.
  }
  if (name === "theme") {
    applyTheme(value);
  }
  listeners.forEach((/** @type {() => void} */ each) => each());
}

/** @param {string} theme */
function applyTheme(theme) {
  if (theme === "system") {
    document.documentElement.removeAttribute("data-theme");
  } else {
    document.documentElement.setAttribute("data-theme", theme);
  }
}

/**
 * @param {keyof typeof USUAL} name
 * @returns {[string, (value: string) => void]}
 */
export function usePreference(name) {
  const [value, setValue] = useState(preference(name));
  useEffect(() => {
    const listener = () => setValue(preference(name));
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, [name]);
  return [value, (wanted) => prefer(name, wanted)];
}
