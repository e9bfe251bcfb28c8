/**
 * The login.
 */
import { api } from "../api.js";
import { setEngineNow } from "../clock.js";
import { html, useState } from "../preact.js";
import { Door } from "../parts/door.js";
import { Field } from "../parts/field.js";
import { go, Link } from "../router.js";
import { firstPage } from "../routes.js";

/** Why he is here, and where he wanted to go; said once. @returns {{why: string, back: string}} */
function errand() {
  const kept = sessionStorage.getItem("acd.login");
  return kept === null ? { why: "", back: "" } : JSON.parse(kept);
}

/** @param {{begin: (session: import("../store.js").Session) => void}} props */
export default function LoginPage({ begin }) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(false);
  const [{ why, back }] = useState(errand);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setAsked(true);
    setProblem("");
    try {
      const session = await api.post("session", { login: login.trim(), password });
      setEngineNow(session.engine_now);
      sessionStorage.removeItem("acd.login");
      begin(session);
      go(back || firstPage(session.who), { replace: true });
    } catch (wrong) {
      setProblem(/** @type {Error} */ (wrong).message);
      setAsked(false);
    }
  };
  return html`<${Door} title="Log in">
    ${why && html`<p class="hint" role="status">${why}</p>`}
    <form onSubmit=${submit}>
      <${Field} label="Login name" hint="Your extension and account, such as 1002@example.com" name="username" required
        autocomplete="username" autocapitalize="none" spellcheck=${false} value=${login} autofocus
        onInput=${(/** @type {any} */ event) => setLogin(event.target.value)} />
      <${Field} label="Password" name="password" type=${shown ? "text" : "password"} required
        autocomplete="current-password" value=${password}
        onInput=${(/** @type {any} */ event) => setPassword(event.target.value)} />
      <label class="check"><input type="checkbox" checked=${shown} onChange=${() => setShown(!shown)} /><span>Show the password</span></label>
      ${problem && html`<p class="fault" role="alert">${problem}</p>`}
      <button type="submit" class="primary wide" disabled=${asked}>${asked ? "Logging in…" : "Log in"}</button>
    </form>
    <p><${Link} to="/forgot">Forgot password?<//></p>
  <//>`;
}
