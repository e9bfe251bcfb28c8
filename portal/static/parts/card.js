/**
 * A part of a page with a heading, and what is said where there is nothing to show (yet).
 */
import { html, useId } from "../preact.js";

/** @param {{title: string, aside?: any, kind?: string, id?: string, children?: any}} props */
export function Card({ title, aside, kind = "", id, children }) {
  const heading = useId();
  return html`<section class=${`card ${kind}`} aria-labelledby=${heading} id=${id}>
    <div class="card-head"><h2 id=${heading}>${title}</h2>${aside}</div>
    ${children}
  </section>`;
}

/** @param {{children: any}} props */
export function Empty({ children }) {
  return html`<p class="empty">${children}</p>`;
}

/** What stands where rows will come. */
export function Loading() {
  return html`<p class="empty" aria-busy="true">Loading…</p>`;
}

/** @param {{problem: Error, retry?: () => void}} props */
export function Failed({ problem, retry }) {
  return html`<p class="empty failed" role="alert">
    ${problem.message} ${retry && html`<button type="button" class="link" onClick=${retry}>Try again</button>`}
  </p>`;
}
