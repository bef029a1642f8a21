import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';

import * as model from '../../../operator/hyperv_operator/gateway/console/js/form/model.js';

const form = JSON.parse(readFileSync(process.env.FORM, 'utf8'));
const linux = {vm_name: 'web-01', image_name: 'Ubuntu 24.04', gb_ram: '2', cpu_cores: '2', guest_la_uid: 'admin'};
const windows = {...linux, image_name: 'Windows Server 2022', guest_la_uid: 'Administrator'};
const password = {guest_la_pw: {mode: 'new', text: 'Long-enough-1'}};

test('a complete submission has no error', () => {
  assert.deepEqual(model.validate(form, linux, password), {});
  assert.deepEqual(model.validate(form, windows, password), {});
});

test('every required field that is missing has an error of its own', () => {
  const errors = model.validate(form, {}, {});
  for (const id of form.jsonSchema.required) assert.match(errors[id], /required/);
  assert.equal('os_family' in errors, false);
  assert.match(model.validate(form, {...linux, image_name: 'golden'}, password).os_family, /choose a family/);
});

test('the family follows the image until one is chosen', () => {
  assert.equal(model.familyOf(form, {image_name: ' ubuntu 24.04'}), 'linux');
  assert.equal(model.familyOf(form, {image_name: 'WINDOWS 11'}), 'windows');
  assert.equal(model.familyOf(form, {image_name: 'golden'}), null);
  assert.equal(model.familyOf(form, {image_name: 'golden', os_family: 'linux'}), 'linux');
  assert.equal(model.familyOf(form, {image_name: 'Ubuntu', os_family: 'windows'}), 'windows');
});

test('fields of another family are neither shown nor submitted', () => {
  const inputs = {...linux, guest_domain_jointarget: 'example.com', cnf_ansible_ssh_user: 'ansible'};
  const field = (id) => model.fieldsOf(form).find((one) => one.id === id);
  assert.equal(model.applies(field('guest_domain_jointarget'), form, 'linux'), false);
  assert.equal(model.applies(field('cnf_ansible_ssh_user'), form, 'linux'), true);
  assert.equal(model.applies(field('guest_domain_jointarget'), form, null), true);
  const values = model.valuesOf(form, inputs);
  assert.equal('guest_domain_jointarget' in values, false);
  assert.equal(values.cnf_ansible_ssh_user, 'ansible');
});

test('numbers are submitted as numbers, and what is no number says so', () => {
  assert.equal(model.valuesOf(form, {...linux, gb_ram: ' 16 '}).gb_ram, 16);
  assert.match(model.validate(form, {...linux, gb_ram: 'many'}, password).gb_ram, /whole number/);
  assert.match(model.validate(form, {...linux, gb_ram: '1.5'}, password).gb_ram, /whole number/);
});

test('limits are named', () => {
  assert.match(model.validate(form, {...linux, gb_ram: '0'}, password).gb_ram, /1 or more/);
  assert.match(model.validate(form, {...linux, vlan_id: '4095'}, password).vlan_id, /4094 or less/);
  assert.match(model.validate(form, linux, {guest_la_pw: {mode: 'new', text: 'short'}}).guest_la_pw, /at least 8/);
  assert.match(model.validate(form, {...linux, vm_name: 'a b'}, password).vm_name, /expected form/);
  assert.match(model.validate(form, {...linux, guest_v4_ipaddr: '10.0.0.256'}, password).guest_v4_ipaddr, /expected form/);
});

test('each missing member of a parameter set has the message of the set', () => {
  const errors = model.validate(form, {...linux, guest_v4_ipaddr: '10.0.0.5'}, password);
  const members = ['guest_v4_cidrprefix', 'guest_v4_defaultgw', 'guest_v4_dns1'];
  assert.deepEqual(Object.keys(errors).sort(), members.sort());
  for (const id of members) assert.match(errors[id], /omit all four/);
});

test('a domain join needs its password, as a value or as a reference', () => {
  const inputs = {...windows, guest_domain_jointarget: 'example.com', guest_domain_joinuid: 'svc'};
  assert.match(model.validate(form, inputs, password).guest_domain_joinpw, /domain join needs/);
  const value = {...password, guest_domain_joinpw: {mode: 'new', text: 'x'}};
  assert.deepEqual(model.validate(form, inputs, value), {});
  const reference = {...password, guest_domain_joinpw: {mode: 'existing', secret_name: 'join', key: 'pw'}};
  assert.deepEqual(model.validate(form, inputs, reference), {});
});

test('half a reference is an error, and a switched field forgets the other kind', () => {
  const half = {guest_la_pw: {mode: 'existing', secret_name: 'web', text: 'Long-enough-1'}};
  assert.match(model.validate(form, linux, half).guest_la_pw, /both a Secret and one of its keys/);
  assert.deepEqual(model.secretsOf(form, linux, half).new, {});
  const back = {guest_la_pw: {mode: 'new', text: 'Long-enough-1', secret_name: 'web', key: 'pw'}};
  assert.deepEqual(model.secretsOf(form, linux, back).references, {});
});

test('a private key in the place of a public one is refused', () => {
  const inputs = {...linux, cnf_ansible_ssh_user: 'ansible', cnf_ansible_ssh_key: 'ssh- BEGIN PRIVATE KEY aaaaaaaa'};
  assert.match(model.validate(form, inputs, password).cnf_ansible_ssh_key, /must not contain/);
});

test('the body for validation has no secret, the one for provisioning has it once', () => {
  const target = {host: 'hyperv01.local', namespace: 'team', name: ''};
  const dry = model.submission(form, target, linux, password, {withSecrets: false});
  assert.equal(JSON.stringify(dry).includes('Long-enough-1'), false);
  assert.deepEqual(dry.secrets, {guest_la_pw: {secret_name: 'web-01', key: 'guest_la_pw'}});
  const real = model.submission(form, target, linux, password, {withSecrets: true});
  assert.equal(real.values.guest_la_pw, 'Long-enough-1');
  assert.deepEqual(real.secrets, {});
  assert.equal(real.schema_version, form.schema.version);
  assert.equal(real.namespace, 'team');
  assert.equal('name' in real, false);
});

test('a field that was added to the schema is shown, and a widget that is not known is a text field', () => {
  const more = structuredClone(form);
  more.ui.groups[0].fields.push({id: 'cost_center', label: 'Cost center', hint: '', widget: 'hologram', required: true, secret: false, visibleWhen: null});
  more.jsonSchema.properties.cost_center = {type: 'string', pattern: '^[0-9]{4}$'};
  more.jsonSchema.required.push('cost_center');
  assert.equal(model.fieldsOf(more).find((one) => one.id === 'cost_center').widget, 'text');
  assert.match(model.validate(more, linux, password).cost_center, /required/);
  assert.deepEqual(model.validate(more, {...linux, cost_center: '1234'}, password), {});
});

test('errors of the server are shown at their fields, others above the form', () => {
  const problem = {detail: 'no', errors: [
    {field: 'gb_ram', code: 'x', message: 'gb_ram and vlan_idd: first'}, {field: 'gb_ram', code: 'y', message: 'second'},
    {field: '', code: 'z', message: 'whole'}, {field: 'novel', code: 'z', message: 'unknown'},
  ]};
  const found = model.problemErrors(form, problem);
  assert.deepEqual(found, {fields: {gb_ram: 'Memory (GB) and vlan_idd: first'}, others: ['whole', 'novel: unknown']});
  assert.deepEqual(model.problemErrors(form, {detail: 'no'}), {fields: {}, others: ['no']});
});

test('an object gets a valid name', () => {
  assert.equal(model.objectName('Web_Server.01-'), 'web-server-01');
});
