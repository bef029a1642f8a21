import assert from 'node:assert/strict';
import {test} from 'node:test';

import {pauseBefore} from '../../../operator/hyperv_operator/gateway/console/js/backoff.js';
import {ago, span} from '../../../operator/hyperv_operator/gateway/console/js/format.js';
import * as jobs from '../../../operator/hyperv_operator/gateway/console/js/jobs.js';
import * as buffer from '../../../operator/hyperv_operator/gateway/console/js/log/buffer.js';
import {inWords, timelineOf} from '../../../operator/hyperv_operator/gateway/console/js/log/steps.js';
import {href, parse} from '../../../operator/hyperv_operator/gateway/console/js/route.js';
import {toYaml} from '../../../operator/hyperv_operator/gateway/console/js/yaml.js';

const line = (number, text = `line ${number}`, epoch = 'aaaa') =>
  ({id: `${epoch}-${String(number).padStart(8, '0')}`, at: '2026-01-01T00:00:00Z', run: 'r1', type: 'line', stream: 'information', text});

test('the log is bounded and counts what it dropped', () => {
  const full = buffer.append(buffer.EMPTY, Array.from({length: 12}, (_, index) => line(index + 1)), 10);
  assert.equal(full.entries.length, 10);
  assert.equal(full.dropped, 2);
  assert.equal(full.entries[0].text, 'line 3');
});

test('entries that a resumed stream repeats are ignored, those of a new epoch are not', () => {
  const once = buffer.append(buffer.EMPTY, [line(1), line(2)]);
  assert.equal(buffer.append(once, [line(1), line(2)]), once);
  assert.deepEqual(buffer.append(once, [line(2), line(3)]).entries.map((one) => one.text), ['line 1', 'line 2', 'line 3']);
  assert.equal(buffer.append(once, [line(1, 'new', 'bbbb')]).entries.length, 3);
});

test('search finds words in steps and outcomes, whatever their case', () => {
  const entries = [line(1, 'Hello'), {type: 'step', step: 'CopyImage', state: 'progress', percent: 42}, {type: 'outcome', outcome: 'failed', code: 'DiskFull', text: 'no room'}];
  assert.equal(buffer.matching(entries, ' copyimage ').length, 1);
  assert.equal(buffer.matching(entries, '42 %').length, 1);
  assert.equal(buffer.matching(entries, 'diskfull').length, 1);
  assert.equal(buffer.matching(entries, '').length, 3);
  assert.equal(buffer.severityOf(entries[2]), 'error');
  assert.equal(buffer.toText([line(1)]), '2026-01-01T00:00:00Z line 1');
});

test('the timeline has the steps of the newest run in their order', () => {
  const step = (name, state, run, at, percent) => ({type: 'step', step: name, state, run, kind: 'provision', attempt: 2, at, percent});
  const entries = [
    step('PreChecks', 'completed', 'old', '2026-01-01T00:00:00Z'),
    step('PreChecks', 'started', 'new', '2026-01-01T00:01:00Z'),
    step('PreChecks', 'completed', 'new', '2026-01-01T00:01:05Z'),
    step('CopyImage', 'started', 'new', '2026-01-01T00:01:06Z'),
    step('CopyImage', 'progress', 'new', '2026-01-01T00:01:08Z', 42),
    {type: 'notice', reason: 'Dropped', text: 'x'},
  ];
  const timeline = timelineOf(entries);
  assert.deepEqual(timeline.steps.map((one) => [one.name, one.state, one.percent]), [['PreChecks', 'completed', null], ['CopyImage', 'started', 42]]);
  assert.equal(timeline.steps[1].startedAt, '2026-01-01T00:01:06Z');
  assert.equal(timeline.outcome, null);
  assert.equal(timelineOf([]), null);
  const failed = [...entries, {type: 'outcome', run: 'new', outcome: 'failed', code: 'DiskFull', at: 'x'}];
  assert.equal(timelineOf(failed).outcome.reason, 'DiskFull');
});

test('a later launch of a run neither undoes its steps nor keeps its last outcome', () => {
  const step = (name, state) => ({type: 'step', step: name, state, run: 'r', at: 'x'});
  const entries = [step('CopyImage', 'completed'), {type: 'outcome', run: 'r', outcome: 'pending', at: 'x'}, step('CopyImage', 'skipped'), step('WaitForGuest', 'started')];
  const {steps, outcome} = timelineOf(entries);
  assert.deepEqual(steps.map((one) => one.state), ['completed', 'started']);
  assert.equal(outcome, null);
});

test('names of steps are written in words', () => {
  assert.deepEqual(['CopyImage', 'RegisterVM', 'CopyProvisioningISO', 'PreChecks'].map(inWords), ['Copy image', 'Register VM', 'Copy provisioning ISO', 'Pre checks']);
});

test('pauses double up to half a minute', () => {
  assert.deepEqual([0, 1, 2, 9].map((number) => pauseBefore(number, 1)), [1000, 2000, 4000, 30000]);
  assert.equal(pauseBefore(0, 0), 500);
});

test('an address and its parts are the same, with any text in them', () => {
  const parts = {path: ['machines', 'a/b ü'], query: {status: 'ready', name: 'x&y'}};
  assert.deepEqual(parse(href(parts.path, {...parts.query, host: ''})), parts);
  assert.deepEqual(parse(''), {path: [], query: {}});
  assert.deepEqual(parse('#/%'), {path: ['%'], query: {}});
});

test('moments and spans are written for people', () => {
  const now = Date.parse('2026-01-01T01:00:00Z');
  assert.equal(ago('2026-01-01T00:59:58Z', now), 'just now');
  assert.equal(ago('2026-01-01T00:57:00Z', now), '3 minutes ago');
  assert.equal(ago(null, now), '');
  assert.equal(span('2026-01-01T00:00:00Z', '2026-01-01T00:01:05Z'), '1 min 5 s');
});

test('manifests are YAML that other types cannot be read from', () => {
  assert.equal(
    toYaml({kind: 'A', list: [{a: 1, b: 'x'}, 'y'], empty: {}, none: [], no: 'no', number: '12', date: '2026-01-01', text: 'a: b', lines: 'a\nb', flag: true, nothing: undefined}),
    'kind: A\nlist:\n  - a: 1\n    b: x\n  - "y"\nempty: {}\nnone: []\n"no": "no"\nnumber: "12"\ndate: "2026-01-01"\ntext: "a: b"\nlines: "a\\nb"\nflag: true\n',
  );
});

const machine = (id, changes = {}) =>
  ({id, namespace: 'team', name: id, vm_name: id, status: 'ready', target_host: 'h1', created_at: '2026-01-01T00:00:00Z', ...changes});
const message = (job) => ({type: 'job', job});
const notice = (reason) => ({type: 'notice', reason, text: `${reason} text`});
const after = (items, messages, filters = {}, complete = true) =>
  jobs.applyMessages(jobs.listOf(items), messages, filters, {complete, since: Date.parse('2026-06-01T00:00:00Z')});
const ids = (list) => list.items.map((one) => one.id);

test('a list follows changes, removals and its filters', () => {
  const items = [machine('a'), machine('c')];
  assert.deepEqual(ids(after(items, [message(machine('b'))])), ['a', 'b', 'c']);
  assert.equal(after(items, [message(machine('a', {status: 'stalled'}))]).items[0].status, 'stalled');
  assert.deepEqual(ids(after(items, [{type: 'removed', job: {id: 'a'}}])), ['c']);
  assert.deepEqual(ids(after(items, [message(machine('a', {status: 'stalled'}))], {status: 'ready'})), ['c']);
  assert.deepEqual(ids(after(items, [message(machine('b', {target_host: 'h2'}))], {host: 'h1'})), ['a', 'c']);
});

test('what a snapshot does not have is gone, even if it comes in parts', () => {
  const begun = after([machine('a'), machine('b')], [notice('Snapshot'), message(machine('a'))]);
  assert.deepEqual(ids(begun), ['a', 'b']);
  const ended = jobs.applyMessages(begun, [message(machine('c')), notice('Synced')], {}, {complete: true, since: 0});
  assert.deepEqual(ids(ended), ['a', 'c']);
});

test('a list of the first pages takes new machines but no other pages', () => {
  const old = message(machine('x'));
  const fresh = message(machine('y', {created_at: '2026-07-01T00:00:00Z'}));
  assert.deepEqual(ids(after([machine('a')], [old, fresh], {}, false)), ['a', 'y']);
});

test('a cluster that does not answer is said until it answers', () => {
  assert.equal(jobs.troubleAfter('', [notice('ClusterUnavailable')]), 'ClusterUnavailable text');
  assert.equal(jobs.troubleAfter('before', [notice('Snapshot')]), 'before');
  assert.equal(jobs.troubleAfter('before', [notice('ClusterAvailable')]), '');
});

test('the states of a list are counted in a fixed order', () => {
  assert.deepEqual(jobs.tally([machine('a'), machine('b', {status: 'running'}), machine('c')]), [['running', 1], ['ready', 2]]);
});
