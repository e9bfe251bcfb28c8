/**
 * Choosing a new password: typed twice, or shown. What else it must be, the server says.
 */
import { html, useState } from "../preact.js";
import { Field } from "./field.js";

/**
 * @param {{askOld?: boolean, login?: string, save: (password: string, old: string) => Promise<void>}} props
 *   login: whose it is, for the browser that keeps passwords
 */
export function NewPassword({ askOld = false, login = "", save }) {
  const [old, setOld] = useState("");
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [problem, setProblem] = useState("");
  const [asked, setAsked] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (first !== second) {
      setProblem("The two passwords differ.");
      return;
    }
    setAsked(true);
    setProblem("");
    try {
      await save(first, old);
      [setOld, setFirst, setSecond].forEach((set) => set(""));
    } catch (wrong) {
      setProblem(inWords(/** @type {import("../api.js").Problem} */ (wrong)));
    }
    setAsked(false);
  };
  const password = (/** @type {string} */ label, /** @type {string} */ value, /** @type {(text: string) => void} */ set, kind = "new-password") =>
    html`<${Field} label=${label} type="password" required autocomplete=${kind} value=${value}
      onInput=${(/** @type {any} */ event) => set(event.target.value)} />`;
  return html`<form onSubmit=${submit}>
    <input type="text" name="username" autocomplete="username" value=${login} readonly hidden />
    ${askOld && password("Present password", old, setOld, "current-password")}
    ${password("New password", first, setFirst)}
    ${password("New password again", second, setSecond)}
    ${problem && html`<p class="fault" role="alert">${problem}</p>`}
    <button type="submit" class="primary" disabled=${asked}>Set the new password</button>
  </form>`;
}

/** @param {import("../api.js").Problem} problem */
function inWords(problem) {
  return problem.faults?.length ? problem.faults.map(({ said }) => said).join(" ") : problem.message;
}
