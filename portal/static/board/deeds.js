/**
 * What a supervisor does with waiting callers and talks by a click. What the server refuses is said as a notice.
 */
import { notify, orSay } from "../announce.js";
import { api } from "../api.js";
import { callerTitle } from "../words.js";

const encode = encodeURIComponent;

/** @typedef {"listen" | "whisper" | "join"} Mode */

/** @param {any} caller @param {{queue: string, name: string}} queue */
export async function moveCaller(caller, queue) {
  if (await orSay(api.post(`calls/${encode(caller.call)}/move`, { queue: queue.queue }))) {
    notify(`${callerTitle(caller)} waits in ${queue.name} now.`);
  }
}

/** @param {any} caller @param {string} agent @param {string} name */
export async function pickCaller(caller, agent, name) {
  if (await orSay(api.post(`calls/${encode(caller.call)}/pick`, { agent }))) {
    notify(`${callerTitle(caller)} rings at ${name}.`);
  }
}

/** @param {any} caller @param {number | null} priority 1 is served first; null: by his wait */
export function prioritise(caller, priority) {
  return orSay(api.post(`calls/${encode(caller.call)}/priority`, { priority }));
}

/** @param {string} call @param {Mode} mode @param {string} device */
export async function listenIn(call, mode, device) {
  if (await orSay(api.post(`calls/${encode(call)}/monitor`, { mode, device }))) {
    notify(`${device} rings. Pick it up and you hear the talk.`);
  }
}

/** @param {string} call @param {Mode} mode */
export function changeMode(call, mode) {
  return orSay(api.post(`calls/${encode(call)}/monitor/mode`, { mode }));
}

/** @param {string} call */
export function endListening(call) {
  return orSay(api.delete(`calls/${encode(call)}/monitor`));
}
