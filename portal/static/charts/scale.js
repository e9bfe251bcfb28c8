/**
 * What a chart's axis says, and how wide the chart may be. Draws nothing.
 */
import { useEffect, useState } from "../preact.js";

const ROUND = [1, 10, 100, 1000, 10_000, 100_000].flatMap((power) => [power, 2 * power, 2.5 * power, 5 * power]).filter(Number.isInteger);

/**
 * @param {number} highest
 * @returns {{top: number, ticks: number[]}} whole numbers at round steps, the last at or above `highest`
 */
export function wholeScale(highest) {
  const step = ROUND.find((each) => highest / each <= 4) ?? Math.ceil(highest / 4);
  const top = Math.max(step, Math.ceil(highest / step) * step);
  return { top, ticks: Array.from({ length: top / step + 1 }, (_, n) => n * step) };
}

/** @param {{current: Element | null}} element @param {number} first @returns {number} pixels */
export function useWidth(element, first) {
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setWidth(Math.max(200, Math.floor(contentRect.width))));
    element.current && observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
