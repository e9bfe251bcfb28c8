/**
 * Where one is logged in, each of which can be ended.
 */
import { orSay } from "../announce.js";
import { api } from "../api.js";
import { html, useEffect, useState } from "../preact.js";
import { Card, Failed, Loading } from "../parts/card.js";
import { When } from "../parts/timer.js";

export function Sessions() {
  const [sessions, setSessions] = useState(/** @type {any[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {Error | null} */ (null));
  const ask = () => api.get("sessions").then(setSessions, setProblem);
  useEffect(() => void ask(), []);
  const end = async (/** @type {string} */ id) => {
    if (await orSay(api.delete(`sessions/${encodeURIComponent(id)}`))) {
      ask();
    }
  };
  return html`<${Card} title="Where I am logged in">
    ${problem && html`<${Failed} problem=${problem} retry=${ask} />`}
    ${sessions === null ? !problem && html`<${Loading} />` : html`<table class="rows stack">
      <thead><tr><th scope="col">Browser</th><th scope="col">Address</th><th scope="col">Last used</th><th scope="col"><span class="unseen">End it</span></th></tr></thead>
      <tbody>${sessions.map((each) => html`<tr key=${each.id}>
        <th scope="row">${browserInWords(each.user_agent)} ${each.this_one && html`<span class="tag">this one</span>`}</th>
          <td data-label="Address" class="digits">${each.address}</td>
        <td data-label="Last used"><${When} at=${each.used_at} /></td>
        <td class="number">${!each.this_one && html`<button type="button" onClick=${() => end(each.id)}>Log out</button>`}</td>
      </tr>`)}</tbody>
    </table>`}
  <//>`;
}

/** @param {string} userAgent what the browser says of itself, made readable as far as it is known */
function browserInWords(userAgent) {
  const browser = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]]
    .find(([mark]) => userAgent.includes(mark))?.[1];
  const system = [["Windows", "Windows"], ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Mac OS", "macOS"], ["Linux", "Linux"]]
    .find(([mark]) => userAgent.includes(mark))?.[1];
  return browser && system ? `${browser} on ${system}` : userAgent || "Unknown";
}
