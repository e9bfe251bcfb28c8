/**
 * Asking the server: JSON there and back, and what went wrong as words that can be shown.
 *
 * Keeps nothing; what the server says stays with who asked.
 */

const BASE = "/api/v1/";

/** Why something was not done, in words for the person before the screen. */
export class Problem extends Error {
  /**
   * @param {number} status HTTP status; 0: the server was not reached
   * @param {string} said
   * @param {{place: string, said: string}[]} [faults]
   * @param {string} [type] the refusal's word
   */
  constructor(status, said, faults = [], type = "") {
    super(said);
    this.status = status;
    this.faults = faults;
    this.type = type;
  }
}

/** @type {() => void} */
let onLoggedOut = () => {};

/** @param {() => void} listener called when the server no longer knows the session */
export function whenLoggedOut(listener) {
  onLoggedOut = listener;
}

/** @type {() => void} */
let onNotAllowed = () => {};

/** @param {() => void} listener called when the server allows less than the page took for granted */
export function whenNotAllowed(listener) {
  onNotAllowed = listener;
}

/**
 * @param {string} method
 * @param {string} path below `/api/v1/`
 * @param {unknown} [body]
 * @param {string} [version] of what is changed, as it was when it was looked at
 * @returns {Promise<any>} what the server answered; undefined where it answered nothing
 * @throws {Problem}
 */
async function ask(method, path, body, version) {
  let response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers: {
        ...(body !== undefined && { "Content-Type": "application/json" }),
        ...(version !== undefined && { "If-Match": `"${version}"` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch {
    throw new Problem(0, "The server cannot be reached. Nothing was changed.");
  }
  if (response.ok) {
    return response.status === 204 ? undefined : await answer(response);
  }
  const problem = await asProblem(response);
  if (problem.type === "not_logged_in" && path !== "session") {
    onLoggedOut();
  }
  if (problem.status === 403) {
    onNotAllowed();
  }
  throw problem;
}

/** @param {Response} response */
async function answer(response) {
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function asProblem(response) {
  try {
    const { title, detail, faults, type } = await response.json();
    return new Problem(response.status, detail || title || inWords(response), faults ?? [], type ?? "");
  } catch {
    return new Problem(response.status, inWords(response));
  }
}

/** @param {Response} response */
function inWords(response) {
  const wait = response.headers.get("Retry-After");
  switch (response.status) {
    case 401: return "You are not logged in.";
    case 403: return "Your role does not allow this.";
    case 404: return "This does not exist (any more).";
    case 429: return wait ? `Too many attempts. Try again in ${wait} seconds.` : "Too many attempts. Try again later.";
    case 503: return "The server is starting or too busy. Try again in a moment.";
    default: return `The server could not do this (${response.status}). Try again.`;
  }
}

/**
 * `name=value&...` of what is set; empty and absent values are left out.
 * @param {Record<string, string | number | null | undefined>} values
 */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
}

export const api = {
  get: (/** @type {string} */ path) => ask("GET", path),
  post: (/** @type {string} */ path, /** @type {unknown} */ body = {}) => ask("POST", path, body),
  put: (/** @type {string} */ path, /** @type {unknown} */ body, /** @type {string=} */ version) => ask("PUT", path, body, version),
  patch: (/** @type {string} */ path, /** @type {unknown} */ body, /** @type {string=} */ version) => ask("PATCH", path, body, version),
  delete: (/** @type {string} */ path) => ask("DELETE", path),
};
