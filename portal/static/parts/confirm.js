/**
 * A last question before something is done that cannot be taken back.
 */
import { html, useState } from "../preact.js";
import { Dialog } from "./dialog.js";

/** @param {{title: string, deed: string, act: () => Promise<unknown>, onClose: () => void, children?: any}} props deed: on the button */
export function Confirm({ title, deed, act, onClose, children }) {
  const [asked, setAsked] = useState(false);
  const confirm = async () => {
    setAsked(true);
    await act();
    onClose();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <div class="dialog-text">${children}</div>
    <div class="actions">
      <button type="button" onClick=${onClose}>Cancel</button>
      <button type="button" class="danger" disabled=${asked} onClick=${confirm}>${deed}</button>
    </div>
  <//>`;
}
