/**
 * Asking for a mail with which a new password can be set. The answer is the same whether the user exists or not.
 */
import { api } from "../api.js";
import { html, useState } from "../preact.js";
import { Door } from "../parts/door.js";
import { Field } from "../parts/field.js";
import { Link } from "../router.js";

export default function ForgotPage() {
  const [login, setLogin] = useState("");
  const [problem, setProblem] = useState("");
  const [sent, setSent] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setProblem("");
    try {
      await api.post("password-reset", { login: login.trim() });
      setSent(true);
    } catch (wrong) {
      setProblem(/** @type {Error} */ (wrong).message);
    }
  };
  return html`<${Door} title="Forgot password">
    ${sent
      ? html`<p role="status">If this user exists and has a mail address, a mail is on its way. Its link works once, for one hour.</p>`
      : html`<form onSubmit=${submit}>
        <${Field} label="Login name" hint="Your extension and account, such as 1002@example.com" name="username" required
          autocomplete="username" autocapitalize="none" spellcheck=${false} value=${login} autofocus
          onInput=${(/** @type {any} */ event) => setLogin(event.target.value)} />
        ${problem && html`<p class="fault" role="alert">${problem}</p>`}
        <button type="submit" class="primary wide">Send me a link</button>
      </form>`}
    <p><${Link} to="/login">Back to the login<//></p>
  <//>`;
}
