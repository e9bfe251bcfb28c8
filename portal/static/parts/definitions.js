/**
 * What figures mean, one click away from them. The words are the server's, the same in reports and downloads.
 */
import { api } from "../api.js";
import { html, useEffect, useState } from "../preact.js";
import { Failed, Loading } from "./card.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";

/** @param {{keys: string[]}} props keys: of the figures, in the order in which they are told */
export function DefinitionsButton({ keys }) {
  const [open, setOpen] = useState(false);
  return html`<button type="button" class="plain" aria-label="What these figures mean" title="What these figures mean"
      onClick=${() => setOpen(true)}><${Icon} name="help" /></button>
    ${open && html`<${Definitions} keys=${keys} onClose=${() => setOpen(false)} />`}`;
}

/** @param {{keys: string[], onClose: () => void}} props */
function Definitions({ keys, onClose }) {
  const [figures, setFigures] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Error | null} */ (null));
  useEffect(() => {
    api.get("definitions").then((told) => setFigures(told.figures), setProblem);
  }, []);
  return html`<${Dialog} title="What these figures mean" onClose=${onClose}>
    ${problem && html`<${Failed} problem=${problem} />`}
    ${figures === null ? !problem && html`<${Loading} />` : html`<dl class="definitions">
      ${keys.map((key) => figures.find((each) => each.key === key)).filter(Boolean).map((each) => html`<div key=${each.key}>
        <dt>${each.name}</dt><dd>${each.definition}</dd>
      </div>`)}
    </dl>`}
  <//>`;
}
