/**
 * How lengths, instants, numbers and states are said. Pure: everything is an argument.
 */

/**
 * @param {number} seconds
 * @returns {string} `0:42`, `12:03`, `1:02:11`
 */
export function clockLength(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/**
 * @param {number | null | undefined} seconds
 * @returns {string} `42 s`, `3 min 5 s`, `2 h 10 min`; a dash where there is no figure
 */
export function spokenLength(seconds) {
  if (seconds === null || seconds === undefined) {
    return "–";
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  const minutes = Math.round(whole / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number | null | undefined} share 0..1 */
export function percent(share) {
  return share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/**
 * @param {string | number} instant
 * @param {string} timeZone
 * @returns {string} `10:02:11`
 */
export function timeOfDay(instant, timeZone) {
  return format(instant, timeZone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/**
 * @param {string | number} instant
 * @param {string} timeZone
 * @param {number} nowMs
 * @returns {string} `10:02` of today, `Mon 10:02` of the last days, else `3 Nov 10:02`
 */
export function when(instant, timeZone, nowMs) {
  const time = format(instant, timeZone, { hour: "2-digit", minute: "2-digit" });
  const day = calendarDay(instant, timeZone);
  if (day === calendarDay(nowMs, timeZone)) {
    return time;
  }
  if (nowMs - new Date(instant).getTime() < 6 * 86_400_000) {
    return `${format(instant, timeZone, { weekday: "short" })} ${time}`;
  }
  return `${format(instant, timeZone, { day: "numeric", month: "short" })} ${time}`;
}

/**
 * @param {string | number} instant
 * @param {string} timeZone
 * @returns {string} `Monday, 23 November 2026 at 10:02:11`
 */
export function exactly(instant, timeZone) {
  return format(instant, timeZone, { dateStyle: "full", timeStyle: "medium" });
}

/**
 * @param {string | number} instant
 * @param {string} timeZone
 * @param {Intl.DateTimeFormatOptions} parts
 */
export function format(instant, timeZone, parts) {
  return formatter(timeZone, parts).format(new Date(instant));
}

/** @param {string | number} instant @param {string} timeZone */
function calendarDay(instant, timeZone) {
  return format(instant, timeZone, { dateStyle: "short" });
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formatters = new Map();

/** @param {string} timeZone @param {Intl.DateTimeFormatOptions} parts */
function formatter(timeZone, parts) {
  const key = timeZone + JSON.stringify(parts);
  let made = formatters.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat("en-GB", { ...parts, timeZone, hourCycle: "h23" });
    formatters.set(key, made);
  }
  return made;
}

/** Who calls, where neither number nor name was sent. @param {{number?: string | null, name?: string | null}} caller */
export function callerTitle({ number, name }) {
  return name || number || "Anonymous";
}

/** @type {Record<string, string>} */
const DOING = {
  idle: "Free for a call",
  ringing: "Ringing",
  talking: "On a call",
  wrap_up: "Wrap-up",
  other_call: "On another call",
  back_off: "Short pause after a call that failed",
  unreachable: "No phone can be reached",
  offline: "Takes no queue calls",
  away: "Takes no queue calls",
};

/** @param {string} doing */
export function doingInWords(doing) {
  return DOING[doing] ?? doing;
}
