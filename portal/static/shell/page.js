/**
 * The page of a route: its module is loaded, its title set, the focus moved to it; what breaks in it is said in words.
 */
import { Component, html, useEffect, useRef, useState } from "../preact.js";
import { setPageTitle } from "../page-mark.js";

/** @type {Map<string, any>} */
const loaded = new Map();
let first = true;

/** @param {{route: import("../routes.js").Route, values: Record<string, string>, begin: Function}} props */
export function Page({ route, values, begin }) {
  const [Body, setBody] = useState(() => loaded.get(route.path) ?? null);
  const [failed, setFailed] = useState(false);
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    setPageTitle(route.title);
    if (!first) {
      main.current?.focus({ preventScroll: true });
    }
    first = false;
    route.load().then(({ default: module }) => {
      loaded.set(route.path, module);
      setBody(() => module);
    }, () => setFailed(true));
  }, [route.path]);
  return html`<main id="main" tabindex="-1" ref=${main} class=${route.open ? "open" : ""}>
    ${failed
      ? html`<p class="empty failed" role="alert">This page could not be loaded. Is the server reachable? Load it anew.</p>`
      : Body === null
        ? html`<p class="empty" aria-busy="true">Loading…</p>`
        : html`<${Guard}><${Body} ...${values} begin=${begin} /><//>`}
  </main>`;
}

/** A page that breaks leaves the frame standing. */
class Guard extends Component {
  /** @param {any} props */
  constructor(props) {
    super(props);
    this.state = { broken: false };
  }

  /** @param {unknown} error */
  componentDidCatch(error) {
    console.error(error);
    this.setState({ broken: true });
  }

  render() {
    return this.state.broken
      ? html`<p class="empty failed" role="alert">Something is wrong with this page. Your calls go on. Load the page anew.</p>`
      : this.props.children;
  }
}
