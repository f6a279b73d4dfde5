import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compare } from './diverge.ts';
import { extract } from './extract/index.ts';
import { TARGETS } from './judge.fixture.ts';
import { type LoadOptions, load } from './load.ts';

let folder = '';
const write = (name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chart-'));
  write('Chart.yaml', 'apiVersion: v2\nname: agent\nversion: 1.0.0\nkubeVersion: ">=1.23.0-0"\n');
  write('values.yaml', 'image: {repository: ghcr.io/example/agent, tag: "1"}\n');
  write('templates/daemonset.yaml', '{{- if .Values.on }}\nkind: DaemonSet\n{{- end }}\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RENDERED = `---
# Source: agent/templates/daemonset.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  template:
    spec:
      containers: [{name: agent, image: "ghcr.io/example/agent:1", securityContext: {privileged: true}}]
`;

async function divergences(options: LoadOptions) {
  const loaded = await load(folder, options);
  if (!loaded.ok) throw new Error(loaded.message);
  return { loaded, found: compare({ extracted: await extract(loaded.parts), facts: TARGETS.A }) };
}

test('with helm a privileged DaemonSet of the templates is HIGH, and its template is named', async () => {
  const { found } = await divergences({ render: async () => ({ ok: true, text: RENDERED }) });
  const privileged = found.find((d) => d.rule === 'privileged');
  expect(privileged).toMatchObject({ divergence: 'HIGH' });
  expect(privileged?.upstream.places[0]?.part).toBe('templates/daemonset.yaml (rendered)');
  expect(found.some((d) => d.rule === 'not-read')).toBe(false);
});

test('without helm the templates are UNKNOWN, with the command to run and where its output goes', async () => {
  const { found } = await divergences({ render: async () => ({ ok: false, message: 'helm is not here' }) });
  const unread = found.find((d) => d.rule === 'not-read');
  expect(unread?.divergence).toBe('UNKNOWN');
  expect(unread?.local.text).toContain(`helm template NAME ${folder} > rendered.yaml`);
  expect(unread?.local.text).toContain('upstream_source');
});

test('what helm doesn’t install is not read as deployed', async () => {
  const privileged = 'services: {a: {image: x, privileged: true}}\n';
  for (const name of ['test/a.yaml', 'ci/values.yaml', 'examples/compose.yaml', 'CHANGELOG.md', 'values-prod.yaml'])
    write(name, name.endsWith('.md') ? `\`\`\`yaml\n${privileged}\`\`\`\n` : privileged);
  write('README.md', `Needs Kubernetes 1.99+.\n\n\`\`\`yaml\n${privileged}\`\`\`\n`);
  const { found, loaded } = await divergences({
    render: async () => ({ ok: true, text: RENDERED.replace('privileged: true', 'privileged: false') }),
  });
  expect(found.some((d) => d.rule === 'privileged')).toBe(false);
  expect(found.find((d) => d.rule === 'kubernetes-version')?.divergence).toBe('HIGH');
  expect(loaded.parts.map((p) => p.name).sort()).toEqual([
    'Chart.yaml',
    'README.md',
    'templates/daemonset.yaml (rendered)',
  ]);
});
