/** All hosts. */

import {useGet} from '../hooks.js';
import {ProblemNotice} from '../parts/notices.js';
import {Empty, Page} from '../parts/page.js';
import {Badge, Readiness} from '../parts/status.js';
import {href} from '../route.js';
import {html} from '../ui.js';

/** A list of hosts with what they have left. */
export function Hosts() {
  const {data, problem, loading, reload} = useGet('hosts', {}, {every: 10000});
  return html`
    <${Page} title="Hosts">
      <${ProblemNotice} problem=${problem} retry=${reload} />
      ${loading && html`<p class="muted loading">Loading…</p>`}
      ${data && data.items.length === 0 && html`<${Empty} title="There are no hosts yet."><p>A host is a HyperVHost resource.</p></${Empty}>`}
      ${data && data.items.length > 0 && html`
        <table class="table">
          <caption class="visually-hidden">Hosts</caption>
          <thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col" class="wide">Memory free</th><th scope="col" class="wide">Processors</th><th scope="col" class="wide">Agent</th><th scope="col" class="wide">System</th></tr></thead>
          <tbody>
            ${data.items.map((host) => html`
              <tr key=${host.name}>
                <th scope="row"><a href=${href(['hosts', host.name])}>${host.name}</a><span class="sub">${host.address}</span></th>
                <td><${Readiness} ready=${host.ready} />${host.cordoned && html` <${Badge} tone="warn" text="Cordoned" />`}</td>
                <td class="wide">${host.capacity && `${host.capacity.memory_free_gib} of ${host.capacity.memory_gib} GiB`}</td>
                <td class="wide">${host.capacity?.logical_processors}</td>
                <td class="wide">${host.agent?.version}</td>
                <td class="wide">${host.os}</td>
              </tr>`)}
          </tbody>
        </table>`}
    </${Page}>`;
}
