/** The header: navigation, namespace and the caller. */

import {useConsole} from './context.js';
import {href} from './route.js';
import * as session from './session.js';
import {html, useId, useState} from './ui.js';

const PAGES = [
  {path: 'machines', title: 'Machines', right: null},
  {path: 'hosts', title: 'Hosts', right: 'view_hosts'},
  {path: 'executor', title: 'Executor', right: 'view_executor'},
  {path: 'notifications', title: 'Notifications', right: null},
];

/** The header of every page. Links to what the caller may not see are left out. */
export function Header({route}) {
  const {session: caller, rights} = useConsole();
  const current = route.path[0] ?? 'machines';
  return html`
    <header class="header">
      <a class="brand" href=${href([])}><span class="brand-mark" aria-hidden="true"></span>Hyper-V machines</a>
      <nav aria-label="Pages">
        <ul>
          ${PAGES.filter(({right}) => right === null || rights[right]).map(({path, title}) => html`
            <li key=${path}><a href=${href([path])} aria-current=${path === current ? 'page' : undefined}>${title}</a></li>`)}
        </ul>
      </nav>
      <div class="header-end">
        <${Namespace} />
        <div class="caller">
          ${caller && html`<span class="caller-name" title=${caller.user}>${shortName(caller.user)}</span>`}
          <button type="button" class="button button-small" onClick=${session.end}>Log out</button>
        </div>
      </div>
    </header>`;
}

/** A ServiceAccount's name is long, and its beginning says little. */
function shortName(user) {
  return user.replace(/^system:serviceaccount:/, '').replace(':', '/');
}

/** Chooses the namespace: from a list if the caller may list namespaces, as text if not. */
function Namespace() {
  const {session: caller, namespace} = useConsole();
  const id = useId();
  const [text, setText] = useState(namespace);
  if (!caller) return null;
  const choose = (event) => {
    event.preventDefault();
    session.chooseNamespace(text.trim());
  };
  if (caller.namespaces) {
    const names = caller.namespaces.includes(namespace) || !namespace ? caller.namespaces : [namespace, ...caller.namespaces];
    return html`
      <div class="namespace">
        <label for=${id}>Namespace</label>
        <select id=${id} value=${namespace} onChange=${(event) => session.chooseNamespace(event.target.value)}>
          <option value="">All</option>
          ${names.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
        </select>
      </div>`;
  }
  return html`
    <form class="namespace" onSubmit=${choose}>
      <label for=${id}>Namespace</label>
      <input id=${id} value=${text} size="12" autocomplete="off" spellcheck=${false} placeholder="All" onInput=${(event) => setText(event.target.value)} onChange=${choose} />
    </form>`;
}
