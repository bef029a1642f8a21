/** Text to copy, such as a manifest. */

import {useConsole} from '../context.js';
import {html, useState} from '../ui.js';

/** A block of text with a button that copies it. */
export function CopyBlock({text, label}) {
  return html`
    <div class="copy">
      <${CopyButton} text=${text} label=${label} />
      <pre tabindex="0" role="region" aria-label=${label}>${text}</pre>
    </div>`;
}

/** A button that copies a text. */
export function CopyButton({text, label}) {
  const {announce} = useConsole();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    announce(`${label} copied`);
    setTimeout(() => setDone(false), 2000);
  };
  return html`<button type="button" class="button button-small" aria-label="Copy ${label}" onClick=${copy}>${done ? 'Copied' : 'Copy'}</button>`;
}
