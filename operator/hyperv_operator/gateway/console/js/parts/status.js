/** The state of something: a word with a colour, never a colour alone. */

import {html} from '../ui.js';

const TONES = {
  ready: 'good', running: 'busy', waiting: 'busy', pending: 'idle', retrying: 'warn', stalled: 'bad', deleting: 'idle',
};
const CONDITION_TONES = {True: 'good', False: 'bad', Unknown: 'idle'};

/** The state of a machine. */
export function Status({status}) {
  return html`<${Badge} tone=${TONES[status] ?? 'idle'} text=${status[0].toUpperCase() + status.slice(1)} />`;
}

/** The Ready condition of a host. */
export function Readiness({ready}) {
  return html`<${Badge} tone=${CONDITION_TONES[ready.status] ?? 'idle'} text=${ready.status === 'True' ? 'Ready' : ready.reason || 'Unknown'} />`;
}

/** A word with a tone: good, busy, idle, warn or bad. */
export function Badge({tone, text}) {
  return html`<span class="badge badge-${tone}">${text}</span>`;
}
