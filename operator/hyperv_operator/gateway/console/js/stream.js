/** A stream of the gateway over a websocket: it reconnects by itself and resumes after the last message. */

import {pauseBefore} from './backoff.js';
import * as session from './session.js';

const PROTOCOL = 'hyperv-operator.v1';
const BEARER = 'base64url.bearer.authorization.k8s.io.';
// The gateway pings every 20 s: three that are missing mean a connection that is dead without having been closed.
const SILENCE = 65000;
// Codes of the gateway after which another attempt would end in the same way.
const UNAUTHENTICATED = 4401;
const FINAL = new Map([[4403, 'Your account may not follow this any more.'], [4404, 'It does not exist any more.']]);

/**
 * Open a stream and return a function that closes it.
 *
 * `onMessage(message)` gets each message but pings; `onState({connected, ended})` each change of the
 * connection; `ended` says why there will be no other.
 */
export function open(path, query, {onMessage, onState}) {
  let socket = null;
  let timer = null;
  let watchdog = null;
  let attempt = 0;
  let after = query.after;
  let closed = false;

  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => socket?.close(), SILENCE);
  };

  const connect = () => {
    const token = session.token();
    if (closed || token === null) return;
    socket = new WebSocket(address(path, {...query, after}), [PROTOCOL, BEARER + base64url(token)]);
    socket.onopen = () => {
      attempt = 0;
      alive();
      onState({connected: true, ended: null});
    };
    socket.onmessage = ({data}) => {
      alive();
      const message = JSON.parse(data);
      if (message.id) after = message.id;
      if (message.type !== 'ping') onMessage(message);
    };
    socket.onclose = ({code}) => {
      clearTimeout(watchdog);
      if (code === UNAUTHENTICATED) session.expire();
      else if (FINAL.has(code)) onState({connected: false, ended: FINAL.get(code)});
      else retry();
    };
  };

  const retry = () => {
    if (closed) return;
    onState({connected: false, ended: null});
    timer = setTimeout(connect, pauseBefore(attempt++));
  };

  const now = () => {
    if (closed || socket?.readyState === WebSocket.OPEN) return;
    clearTimeout(timer);
    if (socket) socket.onclose = null;
    socket?.close();
    connect();
  };

  window.addEventListener('online', now);
  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    clearTimeout(watchdog);
    window.removeEventListener('online', now);
    if (socket) socket.onclose = null;
    socket?.close();
  };
}

function address(path, query) {
  const url = new URL(`/api/v1/${path}`, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  for (const [key, value] of Object.entries(query)) if (value) url.searchParams.set(key, value);
  return url;
}

function base64url(text) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
