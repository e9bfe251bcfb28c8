/**
 * Click-to-call: which of his phones shall ring; picked up, it dials the number. Why not, in words.
 */
import { html, useState } from "../preact.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { dial } from "./deeds.js";

/** @typedef {{number: string, name: string, dialable: boolean, refusal: string | null}} Called */

/** @param {{call: Called, devices: any[], onClose: () => void}} props */
export function DialDialog({ call, devices, onClose }) {
  const registered = devices.filter((each) => each.registered);
  const why = !call.dialable
    ? call.refusal ?? "This number cannot be called from here."
    : registered.length === 0
      ? "None of your phones is registered. Switch one on, then call."
      : "";
  return html`<${Dialog} title=${`Call ${call.number}`} onClose=${onClose}>
    ${call.name && html`<p class="quiet">${call.name}</p>`}
    ${why ? html`<p>${why}</p>` : html`<${DialForm} number=${call.number} devices=${registered} onClose=${onClose} />`}
  <//>`;
}

/** @param {{number: string, devices: any[], onClose: () => void}} props */
function DialForm({ number, devices, onClose }) {
  const [device, setDevice] = useState(devices[0].device);
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setAsked(true);
    try {
      await dial(device, number);
      onClose();
    } catch (why) {
      setProblem(/** @type {Error} */ (why).message);
      setAsked(false);
    }
  };
  return html`<form onSubmit=${submit}>
    <fieldset class="choices"><legend>Ring first on</legend>
      ${devices.map((each) => html`<label key=${each.device} class="check">
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
  </form>`;
}
