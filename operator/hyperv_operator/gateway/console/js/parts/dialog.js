/** A modal dialog. The browser keeps the focus in it and asks to close it on Escape; afterwards the focus is where it was. */

import {html, useEffect, useId, useRef} from '../ui.js';

/** A dialog that is open as long as it is rendered. */
export function Dialog({title, onClose, children}) {
  const element = useRef(null);
  const heading = useId();
  useEffect(() => {
    const opener = document.activeElement;
    element.current.showModal();
    return () => queueMicrotask(() => opener?.focus());
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`
    <dialog ref=${element} aria-labelledby=${heading} onCancel=${cancel}>
      <h2 id=${heading}>${title}</h2>
      ${children}
    </dialog>`;
}
