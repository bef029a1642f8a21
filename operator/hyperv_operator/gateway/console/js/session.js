/** The caller's token and namespace. The token is kept in sessionStorage only: the tab forgets it when it is closed. */

const TOKEN = 'token';
const NAMESPACE = 'namespace';
const listeners = new Set();
let expired = false;

/** Return the token, or null. */
export function token() {
  return sessionStorage.getItem(TOKEN);
}

/** Return the namespace that was chosen last; '' stands for all of them; null if none was chosen. */
export function namespace() {
  return sessionStorage.getItem(NAMESPACE);
}

/** Keep the namespace. */
export function chooseNamespace(name) {
  sessionStorage.setItem(NAMESPACE, name);
  notify();
}

/** Keep a token that the gateway has accepted. */
export function begin(accepted) {
  expired = false;
  sessionStorage.setItem(TOKEN, accepted);
  notify();
}

/** Forget the token, because the user leaves. */
export function end() {
  expired = false;
  sessionStorage.clear();
  notify();
}

/** Forget the token, because it is no longer accepted. The page stays, so that it is shown again after the next login. */
export function expire() {
  if (token() === null) return;
  expired = true;
  sessionStorage.removeItem(TOKEN);
  notify();
}

/** Return whether the last session ended because its token was refused. */
export function hasExpired() {
  return expired;
}

/** Call a function after each change; return a function that stops that. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify() {
  listeners.forEach((listener) => listener());
}
