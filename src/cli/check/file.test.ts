import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAssumptions, readAssumptions } from './file.ts';

const read = (text: string) => parseAssumptions('assumptions.yaml', text, '/work');

test('an item can say more than its name', () => {
  const parsed = read(`assumed_apis:
  - apps/v1/Deployment
  - {name: argoproj.io/v1alpha1/Application, provided_by: plan}
  - {name: extensions/v1beta1/Ingress, replaced_by: networking.k8s.io/v1/Ingress}
configuration_requirements:
  - {name: "egress to example.com:443", deferred: the first phase shows it}
`);
  expect(parsed).toMatchObject({ ok: true });
  if (parsed.ok) {
    expect(parsed.file.place('assumed_apis', 1)).toEqual({ file: 'assumptions.yaml', line: 3, column: 5 });
    expect(parsed.file.place('configuration_requirements', 0).line).toBe(6);
  }
});

test.each([
  ['namespace: default', 'names nothing to check'],
  ['namespace: default\nwaivers: []\nlocal_environment: OpenShift', 'names nothing to check'],
  ['operators: []', 'names nothing to check'],
  ['operators:\nassumed_apis:', 'names nothing to check'],
  ['operators: [x]\n---\noperators: [y]', 'several documents'],
  ['namespace: ""\noperators: [x]', 'namespace'],
  ['', 'names nothing to check'],
  ['a: [', 'assumptions.yaml: '],
  ['operators:\n  - {name: x, provided_by: me}', 'assumptions.yaml:2: operators.0'],
  ['assumed_api: [x]', 'assumed_api: is not a field here; the fields are namespace?, assumed_apis?'],
  ['waivers: [{name: x}]\noperators: [y]', 'waivers.0.because'],
])('%s is refused, with its place', (text, message) => {
  const parsed = read(text);
  expect(parsed).toMatchObject({ ok: false });
  if (!parsed.ok) expect(parsed.message).toContain(message);
});

test('a list that is begun and left empty is nothing', () => {
  expect(read('operators:\nassumed_apis: [v1/Pod]')).toMatchObject({ ok: true });
});

test('a byte order mark in front is nothing', () => {
  expect(read('\uFEFFoperators: [cert-manager]')).toMatchObject({ ok: true });
});

test.each(['utf-16le', 'utf-16be', 'utf-8'] as const)('a file in %s is read', async (encoding) => {
  const folder = mkdtempSync(join(tmpdir(), 'infragate-assumptions-'));
  const little = Buffer.from('\uFEFFoperators: [größe]\r\n', encoding === 'utf-8' ? 'utf8' : 'utf16le');
  writeFileSync(join(folder, 'a.yaml'), encoding === 'utf-16be' ? little.swap16() : little);
  const found = await readAssumptions('a.yaml', folder);
  rmSync(folder, { recursive: true });
  expect(found).toMatchObject({ ok: true, file: { assumptions: { operators: ['größe'] } } });
});
