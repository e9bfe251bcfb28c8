/**
 * The drop-down of the own status: each by picture, word and colour. A list box as the ARIA practices describe it,
 * since the browser's own list shows words alone.
 */
import { html, useEffect, useId, useRef, useState } from "../preact.js";
import { Icon } from "../parts/icon.js";
import { Elapsed } from "../parts/timer.js";
import { StatusMark } from "../parts/status-mark.js";
import { lookOf } from "../statuses.js";
import { renewSession, useSession } from "../store.js";
import { chooseStatus } from "./deeds.js";

/** @param {{me: any, label: string}} props */
export function StatusChooser({ me, label }) {
  const { statuses } = useSession();
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const [asked, setAsked] = useState(false);
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const id = useId();
  const shown = me.next_status ?? me.status;

  useEffect(() => {
    const outside = (/** @type {Event} */ event) => box.current?.contains(/** @type {Node} */ (event.target)) || setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);

  useEffect(() => {
    if (open) {
      list.current?.scrollIntoView({ block: "nearest" });
    }
  }, [open]);

  const show = () => {
    renewSession();
    setAt(Math.max(0, statuses.findIndex((each) => each.status === shown)));
    setOpen(true);
  };
  const choose = async (/** @type {number} */ place) => {
    setOpen(false);
    if (statuses[place] === undefined) {
      return;
    }
    setAsked(true);
    await chooseStatus(me.agent, statuses[place].status);
    setAsked(false);
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const act = open ? keyInList(event.key, at, statuses) : keyOnButton(event.key);
    if (act === null || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (act === "open") {
      show();
    } else if (act === "close") {
      setOpen(false);
    } else if (act === "choose") {
      choose(at);
    } else {
      setAt(act);
    }
  };

  return html`<div class="chooser" ref=${box}>
    <button type="button" role="combobox" class="chooser-button" data-colour=${lookOf(statuses, shown).colour}
      aria-label=${`${label}: ${lookOf(statuses, shown).name}`} aria-haspopup="listbox" aria-expanded=${open}
      aria-controls=${`${id}-list`} aria-activedescendant=${open ? `${id}-${at}` : undefined} aria-busy=${asked}
      onClick=${() => (open ? setOpen(false) : show())} onKeyDown=${onKeyDown} onBlur=${() => setOpen(false)}>
      <${StatusMark} status=${shown} /><${Elapsed} since=${me.status_since} /><${Icon} name="down" />
    </button>
    <ul role="listbox" ref=${list} id=${`${id}-list`} class="chooser-list" aria-label=${label} hidden=${!open}>
      ${open && statuses.map((each, place) => html`<li key=${each.status} id=${`${id}-${place}`} role="option"
        aria-selected=${each.status === shown} class=${place === at ? "at" : ""}
        onPointerDown=${(/** @type {Event} */ event) => event.preventDefault()}
        onPointerMove=${() => setAt(place)} onClick=${() => choose(place)}><${StatusMark} status=${each.status} /></li>`)}
    </ul>
  </div>`;
}

/** @param {string} key @returns {"open" | null} */
function keyOnButton(key) {
  return ["ArrowDown", "ArrowUp", "Enter", " "].includes(key) ? "open" : null;
}

/**
 * @param {string} key
 * @param {number} at
 * @param {import("../store.js").Status[]} statuses
 * @returns {number | "close" | "choose" | null} a number: the option to go to
 */
function keyInList(key, at, statuses) {
  const last = statuses.length - 1;
  switch (key) {
    case "ArrowDown": return Math.min(at + 1, last);
    case "ArrowUp": return Math.max(at - 1, 0);
    case "Home": return 0;
    case "End": return last;
    case "Escape": return "close";
    case "Enter":
    case " ": return "choose";
    default: return startingWith(key, at, statuses);
  }
}

/** @param {string} key @param {number} at @param {import("../store.js").Status[]} statuses */
function startingWith(key, at, statuses) {
  if (key.length !== 1) {
    return null;
  }
  const after = [...statuses.keys()].map((place) => (at + 1 + place) % statuses.length);
  return after.find((place) => statuses[place].name.toLowerCase().startsWith(key.toLowerCase())) ?? at;
}
