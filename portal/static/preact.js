/**
 * The one door to the vendored library: components are functions that return what `html` makes of a template.
 *
 * Whatever stands in `${}` becomes a text node or an attribute's value, never markup: names that callers chose
 * are safe everywhere. So nothing in this folder may use `innerHTML`.
 */
import { Component, createContext, Fragment, h, render } from "./vendor/preact.mjs";
import htm from "./vendor/htm.mjs";

export { Component, createContext, Fragment, render };
export {
  useCallback,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "./vendor/hooks.mjs";

export const html = htm.bind(h);
