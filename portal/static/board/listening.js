/**
 * Listening in on a talk: where and how it begins, and the bar that says that it goes on, with the way to end it.
 */
import { html, useState } from "../preact.js";
import { Choice } from "../parts/choice.js";
import { Dialog } from "../parts/dialog.js";
import { Icon } from "../parts/icon.js";
import { useSession, useTopic } from "../store.js";
import { callerTitle } from "../words.js";
import { changeMode, endListening, listenIn } from "./deeds.js";

/** @typedef {import("./deeds.js").Mode} Mode */

/** @type {[Mode, string, (agent: string) => string][]} */
const MODES = [
  ["listen", "Listen", () => "Nobody hears you."],
  ["whisper", "Whisper", (agent) => `Only ${agent} hears you.`],
  ["join", "Join", (agent) => `${agent} and the caller hear you.`],
];

/** @param {{agent: any, onClose: () => void}} props */
export function ListenDialog({ agent, onClose }) {
  const devices = useTopic("me").rows?.me?.devices ?? [];
  const usable = devices.filter((/** @type {any} */ each) => each.registered && !each.in_use);
  const [mode, setMode] = useState(/** @type {Mode} */ ("listen"));
  const [chosen, setChosen] = useState("");
  const device = chosen || usable[0]?.device || "";
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
    await listenIn(agent.call.call, mode, device);
  };
  if (agent.call === null) {
    return html`<${Dialog} title="The call is over" onClose=${onClose}><p class="empty">There is nothing to listen to any more.</p><//>`;
  }
  return html`<${Dialog} title=${`Listen in on ${agent.name}`} onClose=${onClose}>
    <p class="dialog-text">The call with ${callerTitle(agent.call)}. Your phone rings first; that you listen in is written into the account's audit.</p>
    <form onSubmit=${submit}>
      <fieldset class="choices"><legend>How</legend>${MODES.map(([each, word, meaning]) => html`<label key=${each} class="check">
        <input type="radio" name="mode" value=${each} checked=${mode === each} onChange=${() => setMode(each)} />
        <span><strong>${word}</strong> <span class="quiet">${meaning(agent.name)}</span></span>
      </label>`)}</fieldset>
      ${usable.length === 0
        ? html`<p class="warn"><${Icon} name="warning" /><span>${devices.length === 0
          ? "You have no phone. An office manager can give you one."
          : "None of your phones can ring now: they are not registered, or in use."}</span></p>`
        : html`<${Choice} label="On which of your phones" value=${device} onChange=${setChosen}
          options=${usable.map((/** @type {any} */ each) => [each.device, each.model ? `${each.device}, ${each.model}` : each.device])} />`}
      <div class="actions"><button type="submit" class="primary" disabled=${device === ""}>Ring my phone</button></div>
    </form>
  <//>`;
}

/** Above the page while he listens in. @param {{agents: any[]}} props */
export function ListeningBar({ agents }) {
  const { who } = useSession();
  const agent = agents.find((each) => each.call && who.extension in each.call.monitors);
  if (!agent) {
    return null;
  }
  const { call } = agent;
  const mode = call.monitors[who.extension];
  const meaning = MODES.find(([each]) => each === mode)?.[2](agent.name);
  return html`<div class="listening" role="region" aria-label="Listening in">
    <${Icon} name="headset" />
    <p><strong>You listen in on ${agent.name} with ${callerTitle(call)}.</strong> ${meaning}</p>
    <fieldset class="segments"><legend class="unseen">Who hears you</legend>${MODES.map(([each, word]) => html`<label key=${each}>
      <input type="radio" name="listening-mode" value=${each} checked=${mode === each} onChange=${() => changeMode(call.call, each)} /><span>${word}</span>
    </label>`)}</fieldset>
    <button type="button" class="danger" onClick=${() => endListening(call.call)}>End listening</button>
  </div>`;
}
