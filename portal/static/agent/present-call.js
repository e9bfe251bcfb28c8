/**
 * The call that rings or that he talks in: who calls, for which queue, how long he waited, and what can be done.
 */
import { speak } from "../announce.js";
import { engineNowMs } from "../clock.js";
import { html, useEffect, useState } from "../preact.js";
import { Card, Empty, Loading } from "../parts/card.js";
import { Icon } from "../parts/icon.js";
import { Elapsed, Shrinking } from "../parts/timer.js";
import { lookOf } from "../statuses.js";
import { useSession } from "../store.js";
import { callerTitle, spokenLength } from "../words.js";
import { callDeed } from "./deeds.js";

/** @param {{me: any}} props */
export function PresentCall({ me }) {
  const { statuses } = useSession();
  const offer = me?.offer ?? null;
  useEffect(() => {
    if (offer !== null) {
      speak(`Call offered. ${offer.queue_name}. ${callerTitle(offer)}.`);
    }
  }, [offer?.offer]);
  if (me === null) {
    return html`<${Card} title="Present call" kind="present"><${Loading} /><//>`;
  }
  const nothing = offer === null && me.calls.length === 0 && me.other_calls.length === 0;
  return html`<${Card} title="Present call" kind=${offer ? "present offered" : "present"}>
    ${offer && html`<${Offer} key=${offer.offer} offer=${offer} />`}
    ${me.calls.map((/** @type {any} */ call) => html`<${Talk} key=${call.call} call=${call} />`)}
    ${me.other_calls.map((/** @type {any} */ call) => html`<${OtherCall} key=${call.channel} call=${call} />`)}
    ${nothing && html`<${Empty}>${idleWords(me, lookOf(statuses, me.status))}<//>`}
  <//>`;
}

/** @param {any} me @param {import("../statuses.js").Look} look */
function idleWords(me, look) {
  if (!look.takesCalls) {
    return `No call. While you are ${look.status === "offline" ? "Offline" : `on “${look.name}”`} no queue call is offered to you.`;
  }
  return me.doing === "wrap_up" ? "No call. The next one is offered after your wrap-up." : "No call. The next caller of your queues will be offered to you here.";
}

/** @param {{offer: any}} props */
function Offer({ offer }) {
  const [seen] = useState(() => new Date(engineNowMs()).toISOString());
  return html`<div class="call">
    <p class="call-kind"><${Icon} name="incoming" />Incoming call for <strong>${offer.queue_name}</strong></p>
    <${Caller} caller=${offer} />
    <p class="call-facts">
      <span>Has waited <${Elapsed} since=${offer.waiting_since} /></span>
      <span>Rings on ${offer.devices.join(", ")}: pick up there</span>
    </p>
    <${CallersPage} address=${offer.page} />
    ${offer.until && html`<${Shrinking} since=${seen} until=${offer.until} label="Ringing time left" />`}
  </div>`;
}

/** @param {{call: any}} props */
function Talk({ call }) {
  const [asked, setAsked] = useState("");
  const held = call.held_since !== null;
  const ask = async (/** @type {"hang-up" | "hold" | "resume"} */ deed) => {
    setAsked(deed);
    await callDeed(call.call, deed);
    setAsked("");
  };
  return html`<div class=${held ? "call held" : "call"}>
    <p class="call-kind"><${Icon} name=${held ? "hold" : "phone"} />${held ? "On hold" : "Talking"} · <strong>${call.queue_name}</strong></p>
    <${Caller} caller=${call} />
    <p class="call-facts">
      ${call.talking_since && html`<span>Talking <${Elapsed} since=${call.talking_since} /></span>`}
      ${held && html`<span>On hold <${Elapsed} since=${call.held_since} /></span>`}
      <span>Waited ${spokenLength(call.waited_s)}</span>
      ${call.device && html`<span>${call.device}</span>`}
    </p>
    <${CallersPage} address=${call.page} />
    <div class="actions">
      ${call.can_hold && html`<button type="button" disabled=${asked !== ""} onClick=${() => ask(held ? "resume" : "hold")}>
        <${Icon} name=${held ? "resume" : "hold"} />${held ? "Resume" : "Hold"}
      </button>`}
      <button type="button" class="danger" disabled=${asked !== ""} onClick=${() => ask("hang-up")}>
        <${Icon} name="hangup" />Hang up
      </button>
    </div>
  </div>`;
}

/** @param {{caller: any}} props */
function Caller({ caller }) {
  return html`<p class="caller">
    <strong>${callerTitle(caller)}</strong>
    ${caller.name && caller.number && html`<span class="digits">${caller.number}</span>`}
  </p>`;
}

/** In another system, which learns nothing of ours by it. @param {{address: string | null}} props */
function CallersPage({ address }) {
  return address && /^https?:\/\//.test(address)
    ? html`<p><a class="callers-page" href=${address} target="_blank" rel="noopener noreferrer">Open the caller's page</a></p>`
    : null;
}

/** A call that no queue gave him. @param {{call: any}} props */
function OtherCall({ call }) {
  return html`<div class="call">
    <p class="call-kind"><${Icon} name="phone" />A call outside the queues on <strong>${call.device}</strong></p>
    ${call.number && html`<${Caller} caller=${call} />`}
    <p class="call-facts">
      ${call.since && html`<span>For <${Elapsed} since=${call.since} /></span>`}
      <span>No queue call is offered to you until it ends.</span>
    </p>
  </div>`;
}
