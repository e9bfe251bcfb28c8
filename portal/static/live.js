/**
 * One WebSocket for everything that changes by itself: which topics are watched, their rows, and whether we hear.
 *
 * Each topic comes whole and then as numbered changes; after a gap it is asked for anew. A connection on which
 * nothing is heard for longer than the beat allows counts as lost, and is tried again until it is back.
 * Knows nothing of pages and draws nothing.
 */
import { setEngineNow } from "./clock.js";

const SILENT_MS = 25_000;
const RETRY_FIRST_MS = 400;
const RETRY_LONGEST_MS = 4_000;
const SESSION_ENDED = 4401;

/**
 * @typedef {{[key: string]: any}} Rows
 * @typedef {{rows: Rows | null, refused: string | null, n: number}} Topic rows: null until the first have come
 * @typedef {{live: boolean, heardMs: number | null}} Connection
 *   heardMs: by this computer's clock, when we last heard something before this began
 */

export class Live {
  /**
   * @param {string} url
   * @param {{onSessionEnd: () => void, mayConnect: () => Promise<boolean>}} session
   *   `mayConnect` is asked after an attempt that failed: whether the session still stands
   */
  constructor(url, session) {
    this.url = url;
    this.session = session;
    /** @type {Connection} */
    this.connection = { live: false, heardMs: null };
    /** @type {number | null} */
    this.heardMs = null;
    /** @type {Map<string, Topic>} */
    this.topics = new Map();
    /** @type {Map<string, Set<() => void>>} */
    this.listeners = new Map();
    /** @type {Set<() => void>} */
    this.connectionListeners = new Set();
    /** @type {WebSocket | null} */
    this.socket = null;
    this.stopped = false;
    this.retryMs = RETRY_FIRST_MS;
    this.retryTimer = 0;
    this.silenceTimer = 0;
    this.sayTimer = 0;
    this.soon = () => document.visibilityState === "visible" && this.retryNow();
    window.addEventListener("online", this.soon);
    document.addEventListener("visibilitychange", this.soon);
  }

  start() {
    this.connect();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    window.removeEventListener("online", this.soon);
    document.removeEventListener("visibilitychange", this.soon);
    this.socket?.close();
  }

  /** Tries at once if the connection is lost. */
  retryNow() {
    if (!this.stopped && this.socket === null) {
      clearTimeout(this.retryTimer);
      this.connect();
    }
  }

  /**
   * @param {string} name
   * @param {() => void} listener called when the topic's rows have changed
   * @returns {() => void} ends it
   */
  watch(name, listener) {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners);
    listeners.add(listener);
    if (listeners.size === 1) {
      this.sayWhatIsWatched();
    }
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) {
        this.listeners.delete(name);
        this.sayWhatIsWatched();
      }
    };
  }

  /**
   * @param {string} name
   * @returns {Topic}
   */
  topic(name) {
    return this.topics.get(name) ?? { rows: null, refused: null, n: 0 };
  }

  // --- the connection -----------------------------------------------------------------------------------------

  connect() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heardSomething();
    socket.onopen = () => {
      this.retryMs = RETRY_FIRST_MS;
      this.say();
    };
    socket.onmessage = ({ data }) => this.heard(JSON.parse(data));
    socket.onclose = ({ code }) => this.lost(socket, code);
  }

  heardSomething() {
    clearTimeout(this.silenceTimer);
    const socket = this.socket;
    this.silenceTimer = setTimeout(() => {
      if (socket !== null && socket === this.socket) {
        socket.onclose = null;
        socket.close();
        this.lost(socket, 0);
      }
    }, SILENT_MS);
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  async lost(socket, code) {
    if (socket !== this.socket || this.stopped) {
      return;
    }
    this.socket = null;
    clearTimeout(this.silenceTimer);
    this.setLive(false);
    if (code === SESSION_ENDED || !(await this.session.mayConnect())) {
      this.session.onSessionEnd();
      return;
    }
    if (this.stopped || this.socket !== null) {
      return;
    }
    this.retryTimer = setTimeout(() => this.connect(), this.retryMs * (0.5 + Math.random()));
    this.retryMs = Math.min(this.retryMs * 2, RETRY_LONGEST_MS);
  }

  /** @param {boolean} live */
  setLive(live) {
    if (live !== this.connection.live) {
      this.connection = { live, heardMs: this.heardMs };
      this.connectionListeners.forEach((each) => each());
    }
  }

  // --- what is watched ----------------------------------------------------------------------------------------

  /** Gathers the changes of one drawing into one message. */
  sayWhatIsWatched() {
    clearTimeout(this.sayTimer);
    this.sayTimer = setTimeout(() => {
      for (const name of this.topics.keys()) {
        if (!this.listeners.has(name)) {
          this.topics.delete(name);
        }
      }
      this.say();
    }, 0);
  }

  /** @param {string} [without] a topic to leave out */
  say(without) {
    if (this.socket?.readyState === WebSocket.OPEN) {
      const watch = [...this.listeners.keys()].filter((name) => name !== without).sort();
      this.socket.send(JSON.stringify({ watch }));
    }
  }

  // --- what is heard ------------------------------------------------------------------------------------------

  /** @param {any} message */
  heard(message) {
    this.heardMs = Date.now();
    this.heardSomething();
    if (message.at) {
      setEngineNow(message.at);
    }
    this.setLive(true);
    if (message.topic && this.listeners.has(message.topic)) {
      this.heardTopic(message);
    }
  }

  /** @param {{topic: string, n: number, all?: boolean, rows?: Rows, gone?: string[], refused?: string}} message */
  heardTopic({ topic: name, n, all, rows, gone, refused }) {
    const before = this.topic(name);
    if (refused) {
      this.setTopic(name, { rows: null, refused, n: 0 });
    } else if (all) {
      this.setTopic(name, { rows: rows ?? {}, refused: null, n });
    } else if (before.rows !== null && n === before.n + 1) {
      const now = { ...before.rows, ...rows };
      gone?.forEach((key) => delete now[key]);
      this.setTopic(name, { rows: now, refused: null, n });
    } else {
      this.say(name);
      this.say();
    }
  }

  /**
   * @param {string} name
   * @param {Topic} topic
   */
  setTopic(name, topic) {
    this.topics.set(name, topic);
    this.listeners.get(name)?.forEach((each) => each());
  }
}
