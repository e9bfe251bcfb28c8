/**
 * Click-to-call: which of his phones shall ring; picked up, it dials the number.
 */
import { html, useState } from "../preact.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { dial } from "./deeds.js";

/** @param {{call: {number: string, name?: string}, devices: any[], onClose: () => void}} props */
export function DialDialog({ call, devices, onClose }) {
  const registered = devices.filter((each) => each.registered);
  const [device, setDevice] = useState(registered[0]?.device ?? null);
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setAsked(true);
    try {
      await dial(device, call.number);
      onClose();
    } catch (why) {
      setProblem(/** @type {Error} */ (why).message);
      setAsked(false);
    }
  };
  return html`<${Dialog} title=${`Call ${call.number}`} onClose=${onClose}>
    ${registered.length === 0
      ? html`<p>None of your phones is registered. Switch one on, then call.</p>`
      : html`<form onSubmit=${submit}>
        ${call.name && html`<p class="quiet">${call.name}</p>`}
        <fieldset class="choices"><legend>Ring first on</legend>
          ${registered.map((each) => html`<label key=${each.device} class="check">
            <input type="radio" name="device" checked=${each.device === device} onChange=${() => setDevice(each.device)} />
            <span>${each.device}${each.model ? ` · ${each.model}` : ""}${each.in_use ? " (in use)" : ""}</span>
          </label>`)}
        </fieldset>
        <p class="hint">Pick up, and the number is dialled.</p>
        ${problem && html`<p class="fault" role="alert">${problem}</p>`}
        <div class="actions">
          <button type="button" onClick=${onClose}>Cancel</button>
          <button type="submit" class="primary" disabled=${asked}><${Icon} name="phone" />Call</button>
        </div>
      </form>`}
  <//>`;
}
