/** A log with search and follow. Of a long log, only the last lines are in the document. */

import {timeOfDay} from '../format.js';
import {matching, severityOf, textOf} from '../log/buffer.js';
import {html, useEffect, useId, useLayoutEffect, useRef, useState} from '../ui.js';

const WINDOW = 500;
const WORDS = {error: 'Error', notice: 'Notice'};

/** Lines of a log. `live` says whether more may come; then the view follows the end until the reader scrolls away from it. */
export function LogView({log, live, children}) {
  const [words, setWords] = useState('');
  const [following, setFollowing] = useState(true);
  const [shown, setShown] = useState(WINDOW);
  const box = useRef(null);
  const search = useId();
  const found = matching(log.entries, words);
  const visible = found.slice(-shown);

  useLayoutEffect(() => {
    if (live && following) box.current.scrollTop = box.current.scrollHeight;
  });
  useEffect(() => setShown(WINDOW), [words]);

  const scrolled = () => {
    const {scrollHeight, scrollTop, clientHeight} = box.current;
    const atEnd = scrollHeight - scrollTop - clientHeight < 24;
    if (atEnd !== following) setFollowing(atEnd);
  };
  const toggle = () => {
    if (!following) box.current.scrollTop = box.current.scrollHeight;
    setFollowing(!following);
  };
  const earlier = found.length - visible.length;
  return html`
    <div class="log-tools">
      <label class="visually-hidden" for=${search}>Search the log</label>
      <input id=${search} type="search" placeholder="Search the log" value=${words} autocomplete="off" onInput=${(event) => setWords(event.target.value)} />
      <span class="muted log-count" role="status">${words.trim() ? `${found.length} of ${log.entries.length} lines` : ''}</span>
      ${children}
      ${live && html`<button type="button" class="button button-small" aria-pressed=${following} onClick=${toggle}>${following ? 'Following' : 'Follow'}</button>`}
    </div>
    <div class="log" ref=${box} tabindex="0" role="region" aria-label="Log" onScroll=${scrolled}>
      ${log.dropped > 0 && html`<p class="log-note">${log.dropped} earlier lines are no longer kept here.</p>`}
      ${earlier > 0 && html`<button type="button" class="button button-small log-earlier" onClick=${() => setShown(shown + WINDOW)}>Show ${Math.min(earlier, WINDOW)} earlier lines</button>`}
      ${visible.length === 0 && html`<p class="log-note">${words.trim() ? 'No line has these words.' : live ? 'No lines yet.' : 'This run has no lines.'}</p>`}
      ${visible.map((entry) => html`<${Line} key=${entry.id ?? `${entry.at}${entry.text}`} entry=${entry} />`)}
    </div>`;
}

function Line({entry}) {
  const severity = severityOf(entry);
  return html`
    <div class="line line-${severity}">
      <span class="line-time">${timeOfDay(entry.at)}</span>
      <span class="line-text">${WORDS[severity] ? html`<strong>${WORDS[severity]}: </strong>` : ''}${textOf(entry)}</span>
    </div>`;
}
