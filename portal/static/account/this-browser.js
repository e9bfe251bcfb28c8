/**
 * How the portal behaves in this browser.
 */
import { notify } from "../announce.js";
import { html } from "../preact.js";
import { usePreference } from "../preferences.js";
import { Card } from "../parts/card.js";
import { ThemeSwitch } from "../shell/theme-switch.js";

export function ThisBrowser() {
  const [keys, setKeys] = usePreference("keys");
  const [notices, setNotices] = usePreference("notices");
  const askNotices = async () => {
    if (notices === "on") {
      setNotices("off");
    } else if ((await Notification.requestPermission()) === "granted") {
      setNotices("on");
    } else {
      notify("This browser does not let the page show notices. Allow them in its settings for this address.", true);
    }
  };
  return html`<${Card} title="In this browser">
    <${ThemeSwitch} name="theme-here" />
    <label class="check">
      <input type="checkbox" checked=${keys === "on"} onChange=${() => setKeys(keys === "on" ? "off" : "on")} />
      <span>Single keys act on the page (press ? for the list)</span>
    </label>
    ${"Notification" in window && window.isSecureContext
      ? html`<label class="check">
        <input type="checkbox" checked=${notices === "on"} onChange=${askNotices} />
        <span>Show a notice on the desktop when a call is offered</span>
      </label>`
      : html`<p class="hint">Notices on the desktop need an https address.</p>`}
  <//>`;
}
