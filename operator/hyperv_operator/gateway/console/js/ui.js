/** Preact with htm in place of JSX, and its hooks: what every component imports. Text in a template is always text, never HTML. */

import htm from '../vendor/htm.js';
import {h} from '../vendor/preact.js';

export {createContext, render} from '../vendor/preact.js';
export {useContext, useEffect, useId, useLayoutEffect, useMemo, useRef, useState} from '../vendor/hooks.js';

export const html = htm.bind(h);
