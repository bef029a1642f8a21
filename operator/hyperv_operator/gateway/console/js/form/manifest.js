/** The machine as a manifest for Git, and how the Secret that it refers to is made. */

import {CopyBlock} from '../parts/copy.js';
import {Notice} from '../parts/notices.js';
import {Card} from '../parts/page.js';
import {html} from '../ui.js';
import {toYaml} from '../yaml.js';

/** A manifest; `keys` are the secret fields for which a value was entered, which is not part of it. */
export function Manifest({manifest, warnings, keys}) {
  const {name, namespace} = manifest.metadata;
  const secretName = keys.length && manifest.spec.secretFields[keys[0]].secretKeyRef.name;
  const files = keys.map((key) => ` \\\n  --from-file=${key}=./${key}`).join('');
  const command = `kubectl create secret generic ${secretName} -n ${namespace}${files}`;
  return html`
    <${Card} title="Manifest of ${name}" class="manifest">
      ${warnings.map((warning) => html`<${Notice} key=${warning} tone="warn"><p>${warning}</p></${Notice}>`)}
      <${CopyBlock} text=${toYaml(manifest)} label="manifest" />
      ${keys.length > 0 && html`
        <p>The values that you entered are not part of it. Write each to a file, without a line break at its end, and create the Secret:</p>
        <${CopyBlock} text=${command} label="command" />`}
    </${Card}>`;
}
