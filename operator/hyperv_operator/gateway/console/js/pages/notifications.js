/** What happened to machines and hosts, newest first. */

import * as api from '../api.js';
import {useConsole} from '../context.js';
import {useGet} from '../hooks.js';
import {ProblemNotice} from '../parts/notices.js';
import {Empty, Page} from '../parts/page.js';
import {Ago} from '../parts/time.js';
import {href} from '../route.js';
import {html, useEffect, useId, useState} from '../ui.js';

/** A list with a filter by severity, which is part of the address. */
export function Notifications({filters}) {
  const {namespace} = useConsole();
  const query = {namespace, severity: filters.severity, limit: 50};
  const {data, problem, loading, reload} = useGet('notifications', query);
  const [more, setMore] = useState({items: [], next: null, problem: null});
  const select = useId();
  useEffect(() => setMore({items: [], next: data?.continue ?? null, problem: null}), [data]);
  const read = async () => {
    try {
      const page = await api.get('notifications', {...query, continue: more.next});
      setMore({items: [...more.items, ...page.items], next: page.continue, problem: null});
    } catch (caught) {
      setMore({...more, problem: caught});
    }
  };
  const items = [...(data?.items ?? []), ...more.items];
  return html`
    <${Page} title="Notifications" actions=${html`<button type="button" class="button" onClick=${reload}>Read again</button>`}>
      <form class="filters" onSubmit=${(event) => event.preventDefault()}>
        <div><label class="label" for=${select}>Severity</label>
          <select id=${select} value=${filters.severity ?? ''} onChange=${(event) => location.replace(href(['notifications'], {severity: event.target.value}))}>
            <option value="">Any</option><option value="Warning">Warning</option><option value="Normal">Normal</option>
          </select></div>
      </form>
      <${ProblemNotice} problem=${problem ?? more.problem} retry=${reload} />
      ${loading && html`<p class="muted loading">Loading…</p>`}
      ${data && items.length === 0 && html`<${Empty} title="Nothing has been recorded." />`}
      ${items.length > 0 && html`
        <ol class="events card">
          ${items.map((one) => html`
            <li key=${one.id} class="event event-${one.severity.toLowerCase()}">
              <div class="event-head">
                <${Subject} one=${one} /><strong>${one.reason}</strong>
                ${one.severity === 'Warning' && html`<span class="badge badge-warn">Warning</span>`}
                <span class="muted"><${Ago} at=${one.at} /></span>
              </div>
              <p>${one.message}</p>
            </li>`)}
        </ol>`}
      ${more.next && html`<p><button type="button" class="button" onClick=${read}>Show more</button></p>`}
    </${Page}>`;
}

function Subject({one}) {
  const {rights} = useConsole();
  const name = one.object.namespace ? `${one.object.namespace}/${one.object.name}` : one.object.name;
  if (one.job_id) return html`<a href=${href(['machines', one.job_id])}>${name}</a>`;
  return one.object.kind === 'HyperVHost' && rights.view_hosts ? html`<a href=${href(['hosts', one.object.name])}>${name}</a>` : html`<span>${name}</span>`;
}
