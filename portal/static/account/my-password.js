/**
 * Changing the own password.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html } from "../preact.js";
import { Card } from "../parts/card.js";
import { NewPassword } from "../parts/new-password.js";
import { useSession } from "../store.js";

export function MyPassword() {
  const save = async (/** @type {string} */ password, /** @type {string} */ old) => {
    await api.put("password", { old, new: password });
    notify("Your password is changed. You are logged out everywhere else.");
  };
  return html`<${Card} title="Password"><${NewPassword} askOld=${true} login=${useSession().who.login} save=${save} /><//>`;
}
