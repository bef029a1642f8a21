/** Which page an address shows. */

import {html} from '../ui.js';
import {href} from '../route.js';
import {Empty, Page} from '../parts/page.js';
import {Executor} from './executor.js';
import {Host} from './host.js';
import {Hosts} from './hosts.js';
import {Machine} from './machine.js';
import {Machines} from './machines.js';
import {NewMachine} from './new-machine.js';
import {Notifications} from './notifications.js';

/** Return {component, key, props} of a route. A page with another key is opened anew. */
export function pageOf({path, query}) {
  const [first = 'machines', second, ...more] = path;
  const one = more.length === 0 && second !== undefined;
  if (first === 'machines' && second === undefined) return {component: Machines, key: first, props: {filters: query}};
  if (first === 'machines' && second === 'new' && one) return {component: NewMachine, key: 'new', props: {}};
  if (first === 'machines' && one) return {component: Machine, key: second, props: {id: second}};
  if (first === 'hosts' && second === undefined) return {component: Hosts, key: first, props: {}};
  if (first === 'hosts' && one) return {component: Host, key: `host ${second}`, props: {name: second}};
  if (first === 'executor' && second === undefined) return {component: Executor, key: first, props: {}};
  if (first === 'notifications' && second === undefined) return {component: Notifications, key: first, props: {filters: query}};
  return {component: NotFound, key: 'none', props: {}};
}

function NotFound() {
  return html`
    <${Page} title="No such page">
      <${Empty} title="This address leads nowhere."><a href=${href([])}>All machines</a></${Empty}>
    </${Page}>`;
}
