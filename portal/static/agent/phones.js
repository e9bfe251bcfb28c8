/**
 * His phones: registered or not, and the switch that takes one out of queue calls.
 */
import { html, useState } from "../preact.js";
import { Card, Empty, Loading } from "../parts/card.js";
import { switchDevice } from "./deeds.js";

/** @param {{me: any}} props */
export function Phones({ me }) {
  return html`<${Card} title="Active phones" kind="phones">
    ${me === null
      ? html`<${Loading} />`
      : me.devices.length === 0
        ? html`<${Empty}>No phone is set up for you. An office manager can add one.<//>`
        : html`<ul class="plain-list">
          ${me.devices.map((/** @type {any} */ each) => html`<${Phone} key=${each.device} phone=${each} />`)}
        </ul>`}
  <//>`;
}

/** @param {{phone: any}} props */
function Phone({ phone }) {
  const [asked, setAsked] = useState(false);
  const { device, model, registered, on, in_use: inUse } = phone;
  const toggle = async () => {
    setAsked(true);
    await switchDevice(device, !on);
    setAsked(false);
  };
  const [word, colour] = !registered ? ["Not registered", "grey"] : inUse ? ["In use", "orange"] : ["Registered", "green"];
  return html`<li class="phone">
    <div><strong>${device}</strong>
      <span class="quiet small"><span class="dot" data-colour=${colour} /> ${word}${model ? ` · ${model}` : ""}</span></div>
    <button type="button" role="switch" class="switch" aria-checked=${on} disabled=${asked}
      aria-label=${`${device} rings for queue calls`} onClick=${toggle}>
      <span class="switch-word">${on ? "On" : "Off"}</span><span class="switch-track"><span /></span>
    </button>
  </li>`;
}
