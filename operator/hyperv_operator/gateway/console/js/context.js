/** What the whole console knows about the caller: {session, config, namespace, announce}. */

import {createContext, useContext} from './ui.js';

export const Context = createContext(null);

/** Return the context. */
export function useConsole() {
  return useContext(Context);
}
