import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { programExists } from './program.ts';
import { renderChart, renderKustomization } from './render.ts';
import { workspaceFiles } from './workspace.ts';

afterEach(() => vi.unstubAllEnvs());

const root = mkdtempSync(join(tmpdir(), 'infragate-ws-'));
mkdirSync(join(root, 'a/.git'), { recursive: true });
writeFileSync(join(root, 'a/x.yaml'), 'x');
writeFileSync(join(root, 'a/.git/y.yaml'), 'y');
symlinkSync('/etc/hostname', join(root, 'link'));

test('what a workspace holds', async () => {
  const files = workspaceFiles(root);
  expect(await files.kind('a')).toBe('folder');
  expect(await files.kind('a/x.yaml')).toBe('file');
  expect(await files.kind('b')).toBeUndefined();
  expect(await files.list('a', 10)).toEqual(['a/x.yaml']);
  expect(await files.list('.', 0)).toBeUndefined();
  expect(await files.glob('a/*.yaml')).toEqual(['a/x.yaml']);
  expect(await files.read('a/x.yaml')).toBe('x');
  expect(await files.digest('a/x.yaml')).toBe('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881');
});

test('neither a path nor a link leads out of it unnoticed', async () => {
  const files = workspaceFiles(root);
  expect(await files.inside('a/x.yaml')).toBe(true);
  expect(await files.inside('../x')).toBe(false);
  expect(await files.inside('link')).toBe(false);
});

test.skipIf(!programExists('kubectl'))('kubectl renders a kustomization, and says why it can not', async () => {
  const dir = join(root, 'k');
  mkdirSync(dir);
  writeFileSync(join(dir, 'kustomization.yaml'), 'namePrefix: p-\nresources: [cm.yaml]\n');
  expect(await renderKustomization(dir)).toMatchObject({ ok: false, message: expect.stringContaining('cm.yaml') });
  writeFileSync(join(dir, 'cm.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n');
  expect(await renderKustomization(dir)).toMatchObject({ ok: true, text: expect.stringContaining('name: p-c') });
});

test('helm is what INFRAGATE_HELM names, else the PATH’s, else the sandbox’s; without any a chart is said to need it', async () => {
  const chart = { chart: './c', release: 'r', namespace: 'n', values: [], cwd: root };
  const place = mkdtempSync(join(tmpdir(), 'infragate-helm-'));
  const program = (name: string) => {
    writeFileSync(join(place, name), `#!/bin/sh\necho "# ${name}"\n`, { mode: 0o755 });
    return join(place, name);
  };
  vi.stubEnv('INFRAGATE_CACHE', place);
  vi.stubEnv('INFRAGATE_HELM', '');
  vi.stubEnv('PATH', `${place}:/bin:/usr/bin`);
  expect(await renderChart(chart)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/helm is not on the path.*INFRAGATE_HELM.*infragate sandbox helm/),
  });
  program('helm');
  expect(await renderChart(chart)).toEqual({ ok: true, text: '# helm' });
  vi.stubEnv('INFRAGATE_HELM', program('own-helm'));
  expect(await renderChart(chart)).toEqual({ ok: true, text: '# own-helm' });
  vi.stubEnv('INFRAGATE_HELM', join(place, 'none'));
  expect(await renderChart(chart)).toMatchObject({ ok: false });
});
