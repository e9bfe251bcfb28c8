/**
 * What an agent does by a click or a key. Each is asked of the server; what it refuses is said as a notice.
 * What has changed comes by the live connection, so nothing is drawn from here.
 */
import { notify, orSay } from "../announce.js";
import { api } from "../api.js";

const encode = encodeURIComponent;

/** @param {string} agent @param {string} status */
export function chooseStatus(agent, status) {
  return orSay(api.put(`agents/${encode(agent)}/status`, { status }));
}

/** @param {string} agent */
export function endWrapUp(agent) {
  return orSay(api.post(`agents/${encode(agent)}/wrap-up/end`));
}

/** @param {string} device @param {boolean} on */
export function switchDevice(device, on) {
  return orSay(api.put(`devices/${encode(device)}`, { on }));
}

/** @param {string} call @param {"hang-up" | "hold" | "resume"} deed */
export function callDeed(call, deed) {
  return orSay(api.post(`calls/${encode(call)}/${deed}`));
}

/** @param {string} device @param {string} number @throws {import("../api.js").Problem} */
export async function dial(device, number) {
  await api.post("dial", { device, number });
  notify(`${device} rings. Pick it up and ${number} is dialled.`);
}
