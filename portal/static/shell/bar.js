/**
 * The bar above every page: where one can go, the own status, and the menu of who is logged in.
 */
import { orSay } from "../announce.js";
import { api } from "../api.js";
import { StatusChooser } from "../agent/status-chooser.js";
import { html, useEffect, useRef } from "../preact.js";
import { Icon } from "../parts/icon.js";
import { Link } from "../router.js";
import { mayOpen, ROUTES } from "../routes.js";
import { useSession } from "../store.js";
import { ThemeSwitch } from "./theme-switch.js";

/** @param {{route: import("../routes.js").Route, me: any, end: (why: string) => void, openHelp: () => void}} props */
export function Bar({ route, me, end, openHelp }) {
  const { who } = useSession();
  const pages = ROUTES.filter((each) => each.nav && mayOpen(each, who));
  const links = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => links.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [route]);
  return html`<header class="bar">
    <span class="brand"><${Icon} name="headset" /><span>${who.account}</span></span>
    <nav aria-label="Pages" ref=${links}>
      ${pages.map((each) => html`<${Link} key=${each.path} to=${each.path}
        aria-current=${belongsTo(route, each) ? "page" : undefined}>${each.title}<//>`)}
    </nav>
    <div class="bar-end">
      ${me && route.path !== "/" && html`<${StatusChooser} me=${me} label="My status" />`}
      <${UserMenu} end=${end} openHelp=${openHelp} />
    </div>
  </header>`;
}

/** Whether a page stands under one in the bar. @param {import("../routes.js").Route} route @param {import("../routes.js").Route} page */
function belongsTo(route, page) {
  return route.path === page.path || (page.path !== "/" && route.path.startsWith(`${page.path}/`));
}

/** @param {{end: (why: string) => void, openHelp: () => void}} props */
function UserMenu({ end, openHelp }) {
  const { who } = useSession();
  const menu = useRef(/** @type {any} */ (null));
  const close = () => menu.current?.hidePopover();
  const logOut = async () => {
    if (await orSay(api.delete("session"))) {
      end("You are logged out.");
    }
  };
  return html`
    <button type="button" class="plain who" popovertarget="user-menu" aria-label=${`${who.name}: menu`}>
      <${Icon} name="person" /><span class="who-name">${who.name}</span><${Icon} name="down" />
    </button>
    <div id="user-menu" class="menu" popover="auto" ref=${menu} role="group" aria-label="You">
      <p class="menu-who"><strong>${who.name}</strong><span>${who.login}</span></p>
      <${ThemeSwitch} name="theme" />
      <${Link} to="/account" class="menu-row" onClickCapture=${close}><${Icon} name="person" />Account<//>
      <button type="button" class="menu-row" onClick=${() => { close(); openHelp(); }}>
        <${Icon} name="help" />Help and keys<kbd>?</kbd>
      </button>
      <button type="button" class="menu-row" onClick=${logOut}><${Icon} name="out" />Log out</button>
    </div>`;
}
