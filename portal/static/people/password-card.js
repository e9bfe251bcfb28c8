/**
 * Giving somebody a password, who has no mail address to which a link could be sent.
 */
import { notify } from "../announce.js";
import { api } from "../api.js";
import { html } from "../preact.js";
import { Card } from "../parts/card.js";
import { NewPassword } from "../parts/new-password.js";
import { useSession } from "../store.js";

/** @param {{user: any}} props */
export function PasswordCard({ user: { extension, name } }) {
  const { who } = useSession();
  const save = async (/** @type {string} */ password) => {
    await api.put(`users/${encodeURIComponent(extension)}/password`, { password });
    notify(`${name} logs in with the new password. Other sessions have ended.`);
  };
  return html`<${Card} title="Password">
    <p class="hint">Whoever has a mail address can set one alone, by “Forgot password” at the login.</p>
    <${NewPassword} login=${`${extension}@${who.account}`} save=${save} />
  <//>`;
}
