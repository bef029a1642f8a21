/** All errors of the form in one list, which gets the focus after a submission that failed. */

import {count} from '../format.js';
import {html, useEffect, useRef} from '../ui.js';
import {elementId} from './field.js';

/** Errors as links to their fields; `attempt` changes with every failed submission. */
export function ErrorSummary({errors, labels, others, attempt}) {
  const box = useRef(null);
  const number = Object.keys(errors).length + others.length;
  useEffect(() => {
    if (attempt && number) box.current?.focus();
  }, [attempt]);
  if (!number) return null;
  const go = (id) => (event) => {
    event.preventDefault();
    document.getElementById(elementId(id))?.focus();
  };
  return html`
    <div class="notice notice-bad error-summary" ref=${box} tabindex="-1" role="group" aria-labelledby="error-summary-title">
      <h2 id="error-summary-title">${count(number, 'error')} to correct</h2>
      <ul>
        ${others.map((message) => html`<li key=${message}>${message}</li>`)}
        ${Object.entries(errors).map(([id, message]) => html`<li key=${id}><a href="#${elementId(id)}" onClick=${go(id)}>${worded(labels[id] ?? id, message)}</a></li>`)}
      </ul>
    </div>`;
}

/** A message that does not begin with the field's label gets it. */
function worded(label, message) {
  return message.startsWith(label) ? message : `${label}: ${message}`;
}
