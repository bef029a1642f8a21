/** What happened to a machine or host, newest first. */

import {html} from '../ui.js';
import {Ago} from './time.js';

/** A list of transitions. */
export function Transitions({items}) {
  if (!items.length) return html`<p class="muted">Nothing has been recorded yet.</p>`;
  return html`
    <ol class="events">
      ${items.map((one) => html`
        <li key=${one.sequence} class="event event-${one.severity.toLowerCase()}">
          <div class="event-head"><strong>${one.reason}</strong>${one.severity === 'Warning' && html`<span class="badge badge-warn">Warning</span>`}<span class="muted"><${Ago} at=${one.at} /></span></div>
          <p>${one.message}</p>
        </li>`)}
    </ol>`;
}
