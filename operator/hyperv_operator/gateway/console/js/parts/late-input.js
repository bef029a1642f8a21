/** A text input whose value is used when typing pauses. */

import {html, useEffect, useRef, useState} from '../ui.js';

const PAUSE = 250;

/** An input that calls `onValue` with the text a moment after the last key; what is typed meanwhile stays. */
export function LateInput({value, onValue, ...attributes}) {
  const [text, setText] = useState(value);
  const timer = useRef(null);
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const typed = (event) => {
    const next = event.target.value;
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onValue(next.trim()), PAUSE);
  };
  return html`<input ...${attributes} value=${text} autocomplete="off" spellcheck=${false} onInput=${typed} />`;
}
