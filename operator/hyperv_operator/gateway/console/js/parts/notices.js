/** Problems, warnings and the state of the connection. */

import {href} from '../route.js';
import {html, useEffect, useState} from '../ui.js';

/** A problem that a request had: what happened, and a way to try again. */
export function ProblemNotice({problem, retry}) {
  if (!problem) return null;
  return html`
    <div class="notice notice-bad" role="alert">
      <p><strong>${problem.title}.</strong> ${problem.detail}</p>
      ${problem.document?.job_id && html`<p><a href=${href(['machines', problem.document.job_id])}>Show that machine</a></p>`}
      ${retry && html`<button type="button" class="button" onClick=${retry}>Try again</button>`}
    </div>`;
}

/** A remark with a tone. */
export function Notice({tone = 'idle', title, children}) {
  return html`<div class="notice notice-${tone}">${title && html`<p><strong>${title}</strong></p>`}${children}</div>`;
}

/** Says when a live view is not live, and when it connects again. Short interruptions are not worth a word. */
export function Connection({state}) {
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (state.connected) {
      setLost(false);
      return undefined;
    }
    const timer = setTimeout(() => setLost(true), 1500);
    return () => clearTimeout(timer);
  }, [state.connected]);
  const offline = lost ? 'Offline: what you see may be out of date. Connecting again…' : '';
  const said = state.ended ? `Not live: ${state.ended}` : offline;
  return html`
    <span class="connection ${state.connected ? 'is-live' : ''} ${lost ? 'is-lost' : ''}">
      <span class="connection-dot" aria-hidden="true"></span>
      ${state.connected && html`<span>Live</span>`}
      <span role="status">${said}</span>
    </span>`;
}
