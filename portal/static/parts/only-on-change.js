/**
 * Rows of long tables: a change of one draws that one, not all of them.
 */
import { Component, html } from "../preact.js";

/**
 * @param {(props: any) => any} Drawn
 * @returns {any} the same component, drawn anew only where something that it is given is another thing than before
 */
export function onlyOnChange(Drawn) {
  return class extends Component {
    /** @param {any} next */
    shouldComponentUpdate(next) {
      return Object.keys(next).some((key) => next[key] !== this.props[key]);
    }

    render() {
      return html`<${Drawn} ...${this.props} />`;
    }
  };
}
