/** The login: a token of Kubernetes, which the gateway passes on. The console has no accounts of its own. */

import * as api from '../api.js';
import {useTitle} from '../hooks.js';
import * as session from '../session.js';
import {html, useEffect, useId, useRef, useState} from '../ui.js';

/** Asks for a token and tries it. After an expired session, the page that was open is shown again. */
export function Login({config}) {
  const [message, setMessage] = useState(session.hasExpired() ? 'Your session has ended, because its token is no longer accepted. Log in again to go on where you were.' : '');
  const [namespace, setNamespace] = useState(session.namespace() ?? config.default_namespace ?? '');
  const [busy, setBusy] = useState(false);
  const input = useRef(null);
  const ids = {token: useId(), namespace: useId(), error: useId(), hint: useId()};
  useTitle('Log in');
  useEffect(() => input.current.focus(), []);

  const login = async (event) => {
    event.preventDefault();
    const token = input.current.value.trim();
    if (!token) {
      setMessage('Paste a token.');
      input.current.focus();
      return;
    }
    setBusy(true);
    try {
      await api.get('session', {namespace: namespace.trim()}, {token});
      session.chooseNamespace(namespace.trim());
      session.begin(token);
    } catch (problem) {
      setMessage(problem.status === 401 ? 'Kubernetes does not accept this token. It may be incomplete or expired: create a new one.' : problem.detail);
      setBusy(false);
      input.current.focus();
    }
  };
  const invalid = Boolean(message) && !session.hasExpired();
  return html`
    <main class="login">
      <div class="login-card">
        <h1><span class="brand-mark" aria-hidden="true"></span>Hyper-V machines</h1>
        <p class="lead">Log in with a token of your Kubernetes cluster. You may do here what Kubernetes lets you do.</p>
        <form onSubmit=${login}>
          <div id=${ids.error} role="alert">${message && html`<p class="notice notice-bad">${message}</p>`}</div>
          <label class="label" for=${ids.token}>Token</label>
          <input id=${ids.token} ref=${input} type="password" autocomplete="off" spellcheck=${false} aria-invalid=${invalid} aria-describedby="${ids.error} ${ids.hint}" />
          <label class="label" for=${ids.namespace}>Namespace <span class="muted">(optional)</span></label>
          <input id=${ids.namespace} value=${namespace} autocomplete="off" spellcheck=${false} placeholder="All namespaces" onInput=${(event) => setNamespace(event.target.value)} />
          <button type="submit" class="button button-main button-wide" disabled=${busy}>${busy ? 'Checking the token…' : 'Log in'}</button>
        </form>
        <div id=${ids.hint} class="login-hint">
          <p>Create a token with kubectl, for example:</p>
          <pre tabindex="0" role="region" aria-label="Command that creates a token">kubectl create token my-account -n my-team --duration 8h</pre>
          <p class="muted">It stays in this tab and is forgotten when you close it.</p>
        </div>
      </div>
      <p class="muted version">Version ${config.version}</p>
    </main>`;
}
