/**
 * The pictures of the portal, drawn here: one path each on a 24 x 24 field, in the colour of the text around.
 *
 * They stand beside a word, or the control that holds one has a name; so none of them is read aloud.
 */
import { html } from "../preact.js";

/** @type {Record<string, string>} */
const PATHS = {
  headset: "M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v6H6a2 2 0 0 1-2-2zm16 0h-3v6h1a2 2 0 0 0 2-2zm-2 6c0 1.5-2 2-5 2",
  check: "M5 12.5l4.5 4.5L19 7.5",
  one: "M9.5 8.5L13 6v12.5M9.5 18.5h7",
  fork: "M7 3v6a2.5 2.5 0 0 0 5 0V3M9.5 3v18M17 21v-7h-2.5C14.5 8 15.5 4.5 17 3z",
  cup: "M4 9h13v6a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5zM17 11h1.500a2.5 2.5 0 0 1 0 5H17M8 3v2.500M12.5 3v2.5",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.300a3.5 3.5 0 0 1 0 6.400M18 14.600c2.3.8 3.5 2.7 3.5 5.4",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
  power: "M12 3v9M7 6a8 8 0 1 0 10 0",
  star: "M12 3.500l2.6 5.6 6 .7-4.5 4.1 1.2 6.1-5.3-3.100L6.7 20l1.2-6.1-4.5-4.1 6-.7z",
  phone: "M6.5 3.500h3l1.5 5-2 1.500a12 12 0 0 0 5 5l1.5-2 5 1.500v3c0 1.5-1 2.5-2.5 2.500A15.5 15.5 0 0 1 4 6c0-1.5 1-2.5 2.5-2.500z",
  incoming: "M19 5L8 16M8 8.500V16h7.5",
  outgoing: "M5 19L16 8M8.5 8H16v7.5",
  internal: "M4 9h14l-4-4M20 15H6l4 4",
  missed: "M5 6l6 6 8-8M19 9.500V4h-5.500M5 20c4-3.5 10-3.5 14 0",
  hold: "M8 5v14M16 5v14",
  resume: "M8 5l10 7-10 7z",
  hangup: "M3 14.500c5-5 13-5 18 0l-2.5 3-4-1.800v-3M3 14.500l2.5 3 4-1.800v-3",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.500L21 21",
  warning: "M12 4L2.5 20h19zM12 10v4.500M12 17.500h.01",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5.500l3.5 2",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4.5 3.5-6.5 8-6.500s8 2 8 6.5",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  right: "M9 6l6 6-6 6",
  left: "M15 6l-6 6 6 6",
  close: "M6 6l12 12M18 6L6 18",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M9.5 10a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8M12 17h.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2.500M12 19.500V22M2 12h2.500M19.5 12H22M5 5l1.7 1.700M17.3 17.300L19 19M5 19l1.7-1.700M17.3 6.700L19 5",
  out: "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9",

};

/** @param {{name: string}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name] ?? PATHS.star} />
  </svg>`;
}
