/**
 * Which page stands at the present address, and going to another one without loading anew.
 */
import { html, useEffect, useState } from "./preact.js";

/** @type {Set<() => void>} */
const listeners = new Set();
const changed = () => listeners.forEach((each) => each());
window.addEventListener("popstate", changed);

/** How many forms hold something that is not saved. */
let unsaved = 0;
window.addEventListener("beforeunload", (event) => unsaved > 0 && event.preventDefault());

/** Somebody has written what is not saved: it is not left without asking. @returns {() => void} call it when it is */
export function keepBefore() {
  unsaved += 1;
  return () => void (unsaved -= 1);
}

/** @param {string} path @param {{replace?: boolean}} [how] replace: the page that is left cannot be gone back to */
export function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  changed();
  window.scrollTo(0, 0);
}

/** @returns {string} the path of the present address; who asks is drawn when it changes */
export function usePath() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const listener = () => setPath(location.pathname);
    listeners.add(listener);
    listener();
    return () => listeners.delete(listener);
  }, []);
  return path;
}

/** A link inside the portal. @param {{to: string, children?: any, [attribute: string]: any}} props */
export function Link({ to, children, ...attributes }) {
  const follow = (/** @type {MouseEvent} */ event) => {
    if (!(event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)) {
      event.preventDefault();
      if (unsaved === 0 || confirm("What you have changed here is not saved. Leave the page all the same?")) {
        go(to);
      }
    }
  };
  return html`<a href=${to} onClick=${follow} ...${attributes}>${children}</a>`;
}

/**
 * @param {string} pattern `/queues/:queue`
 * @param {string} path
 * @returns {Record<string, string> | null} what the path says for each `:name`; null: another page
 */
export function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) {
    return null;
  }
  /** @type {Record<string, string>} */
  const found = {};
  for (const [place, part] of wanted.entries()) {
    if (part.startsWith(":")) {
      found[part.slice(1)] = decodeURIComponent(given[place]);
    } else if (part !== given[place]) {
      return null;
    }
  }
  return found;
}
