import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findBinary } from './binary.ts';
import { isStatic } from './busybox.ts';
import { chosen } from './crds.ts';
import { digest } from './go.ts';
import { parse } from './images.ts';
import { removal } from './iptables.ts';
import { mountPointsBelow } from './mounts.ts';
import { cache, folderOf, isSandboxName } from './places.ts';
import { freePorts } from './ports.ts';
import { bornOf, fieldsOf, isAlive } from './processes.ts';
import { tar } from './tar.ts';
import { kubeconfig, tokenFile } from './users.ts';

afterEach(() => vi.unstubAllEnvs());

describe('places', () => {
  test('INFRAGATE_HOME and INFRAGATE_CACHE come before the XDG folders', () => {
    vi.stubEnv('XDG_DATA_HOME', '/x/data');
    vi.stubEnv('XDG_CACHE_HOME', '/x/cache');
    vi.stubEnv('INFRAGATE_HOME', '');
    vi.stubEnv('INFRAGATE_CACHE', '');
    expect([folderOf('a'), cache()]).toEqual(['/x/data/infragate/sandbox/a', '/x/cache/infragate']);
    vi.stubEnv('INFRAGATE_HOME', '/mine');
    vi.stubEnv('INFRAGATE_CACHE', '/kept');
    expect([folderOf('a'), cache()]).toEqual(['/mine/sandbox/a', '/kept']);
  });

  test.each(['default', 'a', 'a-1', '0'])('%s can be a name', (name) => expect(isSandboxName(name)).toBe(true));
  test.each(['', '-a', 'a-', '..', 'a/b', 'A', 'a b', 'a'.repeat(41)])('"%s" can not', (name) =>
    expect(isSandboxName(name)).toBe(false),
  );
});

describe('the binary', () => {
  test('a variable that names nothing is an error, not a reason to look elsewhere', async () => {
    vi.stubEnv('INFRAGATE_SANDBOX_BIN', '/does/not/exist');
    await expect(findBinary()).rejects.toThrow('INFRAGATE_SANDBOX_BIN names /does/not/exist');
    vi.stubEnv('INFRAGATE_SANDBOX_BIN', '');
    vi.stubEnv('KUBEBUILDER_ASSETS', '/does/not/exist');
    await expect(findBinary()).rejects.toThrow('etcd, kube-apiserver, kubectl is missing');
  });

  test('without any binary and without Go, one sentence says what helps', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'infragate-'));
    for (const [name, value] of Object.entries({
      INFRAGATE_SANDBOX_BIN: '',
      KUBEBUILDER_ASSETS: '',
      INFRAGATE_CACHE: empty,
      PATH: empty,
    })) {
      vi.stubEnv(name, value);
    }
    await expect(findBinary()).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/go command is not in PATH.*INFRAGATE_SANDBOX_BIN.*KUBEBUILDER_ASSETS/),
    });
    rmSync(empty, { recursive: true });
  });

  test('its cache key changes with the sources, not with their tests or with another module below', () => {
    const folder = mkdtempSync(join(tmpdir(), 'infragate-'));
    writeFileSync(join(folder, 'go.mod'), 'module a');
    const first = digest(folder);
    writeFileSync(join(folder, 'main_test.go'), 'package main');
    expect(digest(folder)).toBe(first);
    mkdirSync(join(folder, 'operators/one'), { recursive: true });
    writeFileSync(join(folder, 'operators/one/go.mod'), 'module one');
    writeFileSync(join(folder, 'operators/one/main.go'), 'package main');
    expect(digest(folder)).toBe(first);
    writeFileSync(join(folder, 'main.go'), 'package main');
    expect(digest(folder)).not.toBe(first);
    rmSync(folder, { recursive: true });
  });

  test('a file that is no static ELF program is not put into an image', () => {
    expect(isStatic(Buffer.from('#!/bin/sh\n'))).toBe(false);
  });
});

describe('processes', () => {
  test("a process' name may hold spaces and parentheses", () => {
    const after = ['S', '41', ...Array.from({ length: 17 }, () => '0'), '987654', '0'].join(' ');
    expect(fieldsOf(`42 (a) b (c) ${after}`)).toEqual({ state: 'S', parent: 41, startTime: '987654' });
  });

  test('a pid with another start is another process', () => {
    const born = bornOf(process.pid) ?? '';
    expect(isAlive({ component: 'me', pid: process.pid, born })).toBe(true);
    expect(isAlive({ component: 'me', pid: process.pid, born: `${born}0` })).toBe(false);
    expect(isAlive({ component: 'never started', pid: 0, born: '' })).toBe(false);
  });

  test('free ports are all different', async () => {
    expect(new Set(await freePorts(20)).size).toBe(20);
  });
});

describe('what a node leaves on the machine', () => {
  test('mounts below the folder are found, the last first, and only those', () => {
    const line = (point: string) => `36 35 98:0 / ${point} rw,noatime - ext4 /dev/a rw`;
    const mountinfo = ['/', '/s/one', '/s/one/kubelet', '/s/one/a\\040b/c', '/s/one-more/x'].map(line).join('\n');
    expect(mountPointsBelow(mountinfo, '/s/one')).toEqual(['/s/one/a b/c', '/s/one/kubelet']);
  });

  test("Kubernetes' iptables rules go, everyone else's stay", () => {
    const saved = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:MINE - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A PREROUTING -j MINE
-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-SVC-A
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
-A PREROUTING -j ACCEPT
COMMIT
`;
    expect(removal(saved).split('\n')).toEqual([
      '*nat',
      '-D PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-F KUBE-SERVICES',
      '-F KUBE-SVC-A',
      '-X KUBE-SERVICES',
      '-X KUBE-SVC-A',
      'COMMIT',
      '',
    ]);
    expect(removal('')).toBe('');
  });
});

test('the token file quotes the groups, which are separated by commas themselves', () => {
  const users = [
    { name: 'a', groups: ['g', 'h'], token: 't' },
    { name: 'b', groups: [], token: 'u' },
  ];
  expect(tokenFile(users)).toBe('t,a,a,"g,h"\nu,b,b,""\n');
});

test('a kubeconfig has a context for each user, the first one current', () => {
  const config = JSON.parse(
    kubeconfig('https://127.0.0.1:1', 'PEM', [
      { name: 'a', token: 't' },
      { name: 'b', token: 'u' },
    ]),
  );
  expect(config['current-context']).toBe('a');
  expect(config.contexts.map((one: { name: string }) => one.name)).toEqual(['a', 'b']);
  expect(Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString()).toBe('PEM');
});

describe('CRDs', () => {
  const definition = (name: string, note: string, label = 'x') => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${name}, labels: {app: "${label}"}}
spec: {note: ${note}}
status: {conditions: null}
`;

  test("OpenShift's default variant comes before its previews, and a preview before nothing", () => {
    const files = ['TechPreviewNoUpgrade', 'CustomNoUpgrade', 'Default'].map((variant) => ({
      file: `a-${variant}.crd.yaml`,
      text: definition('a.example.com', variant),
    }));
    const preview = { file: 'b-TechPreviewNoUpgrade.crd.yaml', text: definition('b.example.com', 'preview') };
    expect(chosen([...files, preview]).map((one) => one.spec)).toEqual([{ note: 'Default' }, { note: 'preview' }]);
    expect(chosen([{ file: 'c-CustomNoUpgrade.crd.yaml', text: definition('c.example.com', 'custom') }])).toEqual([]);
  });

  test("a chart's placeholders and a generator's status are not sent to the server", () => {
    const [one] = chosen([{ file: 'a.yaml', text: definition('a.example.com', 'x', '{{ template }}') }]);
    expect(one).toMatchObject({ metadata: { name: 'a.example.com', labels: {} } });
    expect(one).not.toHaveProperty('status');
  });
});

describe('images', () => {
  test.each([
    ['busybox:1', 'busybox', '1'],
    ['a/b.c/d', 'a/b.c/d', 'latest'],
    [`a@sha256:${'0'.repeat(64)}`, 'a', `sha256:${'0'.repeat(64)}`],
  ])('%s', (text, repository, reference) => expect(parse(text)).toEqual({ repository, reference }));

  test.each(['localhost:5000/a:1', 'UPPER:1', 'a:', ''])('"%s" is no reference inside a registry', (text) =>
    expect(() => parse(text)).toThrow(),
  );

  test('a link in a layer is one for tar, too', () => {
    const listed = execFileSync('tar', ['-tvf', '-'], { input: tar({ 'a/b': { content: 'x' }, c: { link: 'a/b' } }) });
    expect(listed.toString()).toMatch(/^l.* c -> a\/b$/m);
  });

  test('the same files are the same layer, byte for byte, with folders before what is in them', () => {
    const one = tar({ 'b/c': { content: 'x', mode: 0o755 }, a: { content: Buffer.from([1]) } });
    expect(one.equals(tar({ a: { content: Buffer.from([1]) }, 'b/c': { content: 'x', mode: 0o755 } }))).toBe(true);
    expect(one.length % 512).toBe(0);
    expect([0, 512, 1536].map((at) => one.toString('latin1', at, at + 3).replaceAll('\0', ''))).toEqual([
      'b/',
      'a',
      'b/c',
    ]);
  });
});
