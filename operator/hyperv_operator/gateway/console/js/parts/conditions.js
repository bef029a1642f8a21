/** The conditions of a machine or host. */

import {html} from '../ui.js';
import {Ago} from './time.js';

/** A list of conditions with their messages. */
export function Conditions({items}) {
  return html`
    <ul class="conditions">
      ${items.map((one) => html`
        <li key=${one.type}>
          <div class="event-head"><strong>${one.type}</strong><span class="condition-value">${one.status}</span><span class="muted">${one.reason}</span></div>
          ${one.message && html`<p>${one.message}</p>`}
          <p class="muted small"><${Ago} at=${one.last_transition_time} /></p>
        </li>`)}
    </ul>`;
}
