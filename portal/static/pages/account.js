/**
 * What is one's own: password, where one is logged in, tokens for programs, and how this browser behaves.
 */
import { MyPassword } from "../account/my-password.js";
import { Sessions } from "../account/sessions.js";
import { ThisBrowser } from "../account/this-browser.js";
import { Tokens } from "../account/tokens.js";
import { html } from "../preact.js";
import { useSession } from "../store.js";

export default function AccountPage() {
  const { who } = useSession();
  return html`<h1>Account</h1>
    <p class="quiet lead">${who.name}, ${who.login}</p>
    <div class="account-page">
      <div><${MyPassword} /><${Sessions} /></div>
      <div><${ThisBrowser} /><${Tokens} /></div>
    </div>`;
}
