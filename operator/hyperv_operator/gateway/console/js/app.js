/** The console's frame: login or page, navigation, and what all pages share. */

import {Context} from './context.js';
import {Header} from './header.js';
import {useGet} from './hooks.js';
import {ProblemNotice} from './parts/notices.js';
import {pageOf} from './pages/index.js';
import {Login} from './pages/login.js';
import {parse} from './route.js';
import * as session from './session.js';
import {html, useEffect, useMemo, useRef, useState} from './ui.js';

/** The whole console. */
export function App() {
  const [, rerender] = useState(0);
  useEffect(() => session.subscribe(() => rerender((before) => before + 1)), []);
  const config = useGet('config');
  const token = session.token();
  if (!config.data) return html`<main class="page"><${ProblemNotice} problem=${config.problem} retry=${config.reload} /></main>`;
  if (token === null) return html`<${Login} config=${config.data} />`;
  return html`<${Console} key=${token} config=${config.data} />`;
}

function Console({config}) {
  const namespace = session.namespace() ?? config.default_namespace ?? '';
  const caller = useGet('session', {namespace}, {keep: true});
  const hash = useHash();
  const [said, setSaid] = useState('');
  const announce = useRef((text) => setSaid(text)).current;
  const context = useMemo(
    () => ({config, namespace, announce, session: caller.data, rights: caller.data?.rights ?? {}}),
    [config, namespace, caller.data],
  );
  const route = parse(hash);
  const page = pageOf(route);
  return html`
    <${Context.Provider} value=${context}>
      <a class="skip" href="#content" onClick=${skip}>Skip to content</a>
      <${Header} route=${route} />
      <main id="content" tabindex="-1">
        ${caller.problem && html`<${ProblemNotice} problem=${caller.problem} retry=${caller.reload} />`}
        ${caller.data && html`<${page.component} key=${page.key} ...${page.props} />`}
        ${!caller.data && !caller.problem && html`<p class="muted loading">Loading…</p>`}
      </main>
      <div class="visually-hidden" role="status">${said}</div>
    </${Context.Provider}>`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById('content').focus();
}

function useHash() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return hash;
}
