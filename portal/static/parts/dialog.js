/**
 * A question that has to be answered or closed before the page goes on. The browser's own dialog keeps the focus
 * inside, closes on Escape, and gives the focus back.
 */
import { html, useEffect, useId, useRef } from "../preact.js";
import { Icon } from "./icon.js";

/** @param {{title: string, onClose: () => void, children?: any}} props */
export function Dialog({ title, onClose, children }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    // Closed by Escape, it has given the focus back itself, and whoever has it by now keeps it.
    return () => dialog?.open && before instanceof HTMLElement && before.focus();
  }, []);
  return html`<dialog ref=${element} aria-labelledby=${heading} onClose=${onClose}>
    <div class="card-head">
      <h2 id=${heading}>${title}</h2>
      <button type="button" class="plain" aria-label="Close" onClick=${onClose}><${Icon} name="close" /></button>
    </div>
    ${children}
  </dialog>`;
}
