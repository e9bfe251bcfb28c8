/**
 * Choosing a new password: typed twice, or shown. What else it must be, the server says.
 */
import { Problem } from "../api.js";
import { html, useState } from "../preact.js";
import { Field } from "./field.js";
import { useSaving, WhatIsWrong } from "./saving.js";

/** What the server may call the new one. */
const NEW = ["new", "password"];
const AGAIN = "again";

/**
 * @param {{askOld?: boolean, login?: string, save: (password: string, old: string) => Promise<void>}} props
 *   login: whose it is, for the browser that keeps passwords
 */
export function NewPassword({ askOld = false, login = "", save }) {
  const [old, setOld] = useState("");
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const saving = useSaving();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const saved = await saving.save(async () => {
      if (first !== second) {
        throw new Problem(422, "", [{ place: AGAIN, said: "The two passwords differ." }]);
      }
      await save(first, old);
    });
    if (saved !== null) {
      [setOld, setFirst, setSecond].forEach((set) => set(""));
    }
  };
  const password = (/** @type {string} */ label, /** @type {string} */ value, /** @type {(text: string) => void} */ set, /** @type {string[]} */ places, kind = "new-password") =>
    html`<${Field} label=${label} type="password" required autocomplete=${kind} value=${value} fault=${places.map(saving.faultOf).find(Boolean)}
      onInput=${(/** @type {any} */ event) => set(event.target.value)} />`;
  return html`<form onSubmit=${submit}>
    <input type="text" name="username" autocomplete="username" value=${login} readonly hidden />
    ${askOld && password("Present password", old, setOld, ["old"], "current-password")}
    ${password("New password", first, setFirst, NEW)}
    ${password("New password again", second, setSecond, [AGAIN])}
    <${WhatIsWrong} saving=${saving} places=${["old", ...NEW, AGAIN]} />
    <button type="submit" class="primary" disabled=${saving.busy}>Set the new password</button>
  </form>`;
}
