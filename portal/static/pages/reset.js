/**
 * Setting a new password with the link of a mail.
 */
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Door } from "../parts/door.js";
import { NewPassword } from "../parts/new-password.js";
import { Link } from "../router.js";

/** @param {{token: string}} props */
export default function ResetPage({ token }) {
  const [done, setDone] = useState(false);
  const save = async (/** @type {string} */ password) => {
    await api.post(`password-reset/${encodeURIComponent(token)}`, { password });
    setDone(true);
  };
  return html`<${Door} title="New password">
    ${done
      ? html`<p role="status">Your password is changed, and you are logged out everywhere else.</p>
        <p><${Link} to="/login">Log in<//></p>`
      : html`<${NewPassword} save=${save} />
        <p><${Link} to="/forgot">Ask for another link<//></p>`}
  <//>`;
}
