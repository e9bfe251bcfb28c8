/**
 * The own status: the drop-down, how long it has lasted, what he does now, and the wrap-up that runs.
 */
import { html, useState } from "../preact.js";
import { Card, Loading } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Elapsed, Remaining, Shrinking } from "../parts/timer.js";
import { lookOf } from "../statuses.js";
import { useSession } from "../store.js";
import { doingInWords } from "../words.js";
import { chooseStatus, endWrapUp } from "./deeds.js";
import { StatusChooser } from "./status-chooser.js";

/** @param {{me: any}} props */
export function StatusCard({ me }) {
  if (me === null) {
    return html`<${Card} title="Status" kind="status-card"><${Loading} /><//>`;
  }
  return html`<${Card} title="Status" kind="status-card">
    <${StatusChooser} me=${me} label="Status" />
    ${me.next_status && html`<${AfterThisCall} me=${me} />`}
    ${me.wrap_up ? html`<${WrapUp} me=${me} />` : html`<p class="doing">
      <span>${doingInWords(me.doing)}</span>${me.doing_since && html`<${Elapsed} since=${me.doing_since} />`}
    </p>`}
    ${me.back_off_until && !me.wrap_up && html`<p class="hint">
      The next call is offered in <${Remaining} until=${me.back_off_until} />.
    </p>`}
    ${me.why_offline && html`<p class="warn"><${Icon} name="warning" />${sentence(me.why_offline)}</p>`}
    ${me.warnings.map((/** @type {string} */ each) => html`<p key=${each} class="warn"><${Icon} name="warning" />${each}</p>`)}
  <//>`;
}

/** A status chosen in mid-call. @param {{me: any}} props */
function AfterThisCall({ me }) {
  const look = lookOf(useSession().statuses, me.next_status);
  return html`<p class="next" data-colour=${look.colour}>
    <${Icon} name=${look.icon} /><span>${look.name} after this call</span>
    <button type="button" class="link" onClick=${() => chooseStatus(me.agent, "online")}>Stay online</button>
  </p>`;
}

/** @param {{me: any}} props */
function WrapUp({ me }) {
  const [asked, setAsked] = useState(false);
  const { since, until, may_end: mayEnd } = me.wrap_up;
  const end = async () => {
    setAsked(true);
    await endWrapUp(me.agent);
    setAsked(false);
  };
  return html`<div class="wrap-up">
    <p class="doing"><span>Wrap-up</span><${Remaining} until=${until} /></p>
    <${Shrinking} since=${since} until=${until} label="Wrap-up left" />
    ${mayEnd
      ? html`<button type="button" class="primary" disabled=${asked} onClick=${end}><${Icon} name="check" />Ready now</button>`
      : html`<p class="hint">It ends by itself; this queue does not let you end it early.</p>`}
  </div>`;
}

/** @param {string} text */
function sentence(text) {
  return text.endsWith(".") ? text : `${text}.`;
}
