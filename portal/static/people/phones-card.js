/**
 * Somebody's phones. What a phone registers with is shown once, when it is made.
 */
import { notify, orSay } from "../announce.js";
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Card, Empty } from "../parts/card.js";
import { Confirm } from "../parts/confirm.js";
import { Dialog } from "../parts/dialog.js";
import { Field } from "../parts/field.js";
import { useSaving, WhatIsWrong } from "../parts/saving.js";

const encode = encodeURIComponent;

/** @param {{user: any, again: () => void}} props again: something has changed */
export function PhonesCard({ user, again }) {
  const [secret, setSecret] = useState(/** @type {{device: string, secret: string} | null} */ (null));
  const [asked, setAsked] = useState(/** @type {{kind: "secret" | "remove", phone: string} | null} */ (null));
  const close = () => setAsked(null);
  const renew = () => orSay(api.post(`devices/${encode(asked?.phone ?? "")}/secret`).then(setSecret));
  const remove = async () => {
    if (await orSay(api.delete(`devices/${encode(asked?.phone ?? "")}`))) {
      notify(`${asked?.phone} is removed.`);
      again();
    }
  };
  return html`<${Card} title="Phones">
    ${user.phones.length === 0 ? html`<${Empty}>No phone yet. Without one nobody can be called.<//>` : html`<ul class="plain-list phone-list">
      ${user.phones.map((/** @type {string} */ phone) => html`<li key=${phone}><span class="queue-name">${phone}</span>
        <span class="actions">
          <button type="button" class="small" onClick=${() => setAsked({ kind: "secret", phone })} aria-label=${`New password for ${phone}`}>New password…</button>
          <button type="button" class="small" onClick=${() => setAsked({ kind: "remove", phone })} aria-label=${`Remove ${phone}`}>Remove…</button>
        </span></li>`)}
    </ul>`}
    <${NewPhone} owner=${user.extension} example=${freeName(user)} made=${(/** @type {any} */ given) => { setSecret(given); again(); }} />
    ${secret && html`<${Secret} given=${secret} onClose=${() => setSecret(null)} />`}
    ${asked?.kind === "secret" && html`<${Confirm} title=${`A new password for ${asked.phone}?`} deed="Make a new one" act=${renew} onClose=${close}>
      The old one is worth nothing from then on: the phone must be given the new one before it can register again.
    <//>`}
    ${asked?.kind === "remove" && html`<${Confirm} title=${`Remove ${asked.phone}?`} deed="Remove it" act=${remove} onClose=${close}>
      It can register no more, and rings for no queue.
    <//>`}
  <//>`;
}

/** What a further phone might be called. @param {any} user */
function freeName({ extension, phones }) {
  return ["desk", "soft", "mobile"].map((kind) => `${extension}-${kind}`).find((name) => !phones.includes(name)) ?? `${extension}-${phones.length + 1}`;
}

/** @param {{owner: string, example: string, made: (given: any) => void}} props */
function NewPhone({ owner, example, made }) {
  const [name, setName] = useState("");
  const saving = useSaving();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const given = await saving.save(() => api.post("devices", { name, owner }));
    if (given !== null) {
      setName("");
      made(given);
    }
  };
  return html`<form class="add-line" onSubmit=${submit}>
    <${Field} label="Name of a new phone" required placeholder=${example} value=${name} fault=${saving.faultOf("name")}
      hint="With it the phone registers. No other phone, of any account, may have it." onInput=${(/** @type {any} */ event) => setName(event.target.value)} />
    <button type="submit" disabled=${saving.busy}>Add</button>
    <${WhatIsWrong} saving=${saving} places=${["name"]} />
  </form>`;
}

/** @param {{given: {device: string, secret: string}, onClose: () => void}} props */
function Secret({ given: { device, secret }, onClose }) {
  return html`<${Dialog} title=${`Password of ${device}`} onClose=${onClose}>
    <div class="dialog-text secret"><p>Put both into the phone now. The password is not shown again; a lost one is replaced by a new one.</p>
      <dl class="pairs"><dt>User name</dt><dd><code>${device}</code></dd><dt>Password</dt><dd><code>${secret}</code></dd></dl></div>
    <div class="actions"><button type="button" class="primary" onClick=${onClose}>I have it</button></div>
  <//>`;
}
