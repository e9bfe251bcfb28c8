/**
 * The engine's time in this page, and one tick a second for everything that counts.
 *
 * The computer's own clock may be wrong by hours; only its speed is trusted.
 */
import { useEffect, useState } from "./preact.js";

let offsetMs = 0;

/** @param {string} instant what the engine's clock says at this moment */
export function setEngineNow(instant) {
  offsetMs = Date.parse(instant) - Date.now();
}

/** @returns {number} milliseconds since 1970 by the engine's clock */
export function engineNowMs() {
  return Date.now() + offsetMs;
}

/** @type {Set<() => void>} */
const listeners = new Set();
let timer = 0;

/** @param {() => void} listener */
function listen(listener) {
  listeners.add(listener);
  timer ||= setInterval(() => listeners.forEach((each) => each()), 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = 0;
    }
  };
}

/**
 * Draws the component that asks once a second. Asked by the smallest parts, so that a tick draws a few digits.
 * @returns {number} milliseconds by the engine's clock
 */
export function useSecond() {
  const [, draw] = useState(0);
  useEffect(() => listen(() => draw((n) => n + 1)), []);
  return engineNowMs();
}
