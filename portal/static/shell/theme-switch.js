/**
 * Light, dark, or as the system has it.
 */
import { html } from "../preact.js";
import { usePreference } from "../preferences.js";

/** @param {{name: string}} props name: of the group of buttons, unlike that of another in the page */
export function ThemeSwitch({ name }) {
  const [theme, setTheme] = usePreference("theme");
  return html`<fieldset class="segments"><legend>Colours</legend>
    ${[["system", "System"], ["light", "Light"], ["dark", "Dark"]].map(([value, word]) => html`<label key=${value}>
      <input type="radio" name=${name} value=${value} checked=${theme === value} onChange=${() => setTheme(value)} />
      <span>${word}</span>
    </label>`)}
  </fieldset>`;
}
