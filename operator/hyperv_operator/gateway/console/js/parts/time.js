/** A moment as people say it, with the exact time on request. */

import {ago, dateTime} from '../format.js';
import {useNow} from '../hooks.js';
import {html} from '../ui.js';

/** How long ago a moment was. */
export function Ago({at}) {
  const now = useNow();
  return at ? html`<time datetime=${at} title=${dateTime(at)}>${ago(at, now)}</time>` : null;
}
