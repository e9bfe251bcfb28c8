/**
 * What a chart's axis says, and how wide the chart may be. Draws nothing.
 */
import { useEffect, useState } from "../preact.js";

/**
 * @param {number} highest
 * @returns {{top: number, ticks: number[]}} whole numbers at round steps, the last at or above `highest`
 */
export function wholeScale(highest) {
  const step = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000].find((each) => highest / each <= 4) ?? Math.ceil(highest / 4);
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
