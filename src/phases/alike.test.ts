import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../objects/index.ts';
import type { LoadedPlan, Phase } from '../plan/index.ts';
import { alike } from './alike.ts';
import { changed, composed } from './change.ts';

const canonical = (image: string) => (image.startsWith('q/') ? `quay.io/${image}` : image);

const web = (more: Record<string, unknown> = {}, container: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: 'main', image: 'q/web:1', ...container }] } },
    ...more,
  },
});
const settings = (data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data,
});

type Made = { objects?: readonly KubeObject[]; phase?: Partial<Phase>; pins?: Record<string, string> };

function plan({ objects = [web(), settings({ LEVEL: 'info' })], phase = {}, pins = {} }: Made = {}): LoadedPlan {
  const only: Phase = {
    number: 1,
    name: 'all',
    resources: [{ kind: 'path', path: 'web.yaml' }],
    delivery: 'apply',
    commands: [],
    validation_commands: ['sh check.sh'],
    success_criteria: ['Deployment/web: ready'],
    rollback: ['undo'],
    timeout_ms: 1000,
    commit: 'none',
    irreversible: [],
    take_over: [],
    ...phase,
  };
  return {
    plan: {
      component: 'app',
      target: 'shop',
      phases: [only],
      validation: { static: [], health: { none: 'none' }, functional: ['sh check.sh'] },
      risks: [],
      rollback_strategy: 'undo',
      secrets: [],
    },
    phases: [
      {
        number: 1,
        manifests: objects.map((object, document) => ({ object, from: { resource: 0, file: 'web.yaml', document } })),
        observed: [],
        pinned: Object.entries({ 'check.sh': 'a', 'web.yaml': 'b', ...pins }).map(([path, sha256]) => ({
          path,
          sha256,
        })),
        opaque: [],
      },
    ],
    pinned: [],
    opaque: [],
  };
}

const difference = (now: Made) => alike(plan(), plan(now), 'shop', canonical);
const rest = settings({ LEVEL: 'info' });

describe('a plan like the one before', () => {
  test('differs in an image, in replicas, in a value, each by its field', () => {
    const now = [web({ replicas: 2 }, { image: 'q/web:2' }), settings({ LEVEL: 'debug' })];
    expect(difference({ objects: now, pins: { 'web.yaml': 'c' } })).toEqual({
      others: [],
      changes: [
        { kind: 'replicas', object: 'Deployment/web', path: 'spec.replicas', from: '1', to: '2' },
        expect.objectContaining({ kind: 'image', from: 'quay.io/q/web:1', to: 'quay.io/q/web:2' }),
        { kind: 'value', object: 'ConfigMap/settings', path: 'data.LEVEL', from: 'info', to: 'debug' },
      ],
    });
  });

  test.each<[string, Made]>([
    ['a command', { objects: [web({}, { command: ['sh'] }), rest] }],
    ['a variable called image', { objects: [web({}, { env: [{ name: 'image', value: 'q/web:2' }] }), rest] }],
    [
      'a second container',
      { objects: [web({ template: { spec: { containers: [{ name: 'b', image: 'q/web:1' }] } } }), rest] },
    ],
    [
      'an annotation that the server ignores',
      {
        objects: [
          { ...web(), metadata: { name: 'web', annotations: { 'deployment.kubernetes.io/revision': '9' } } },
          rest,
        ],
      },
    ],
    ['a key more', { objects: [web(), settings({ LEVEL: 'info', MORE: 'x' })] }],
    ['an object more', { objects: [web(), rest, { ...settings({}), metadata: { name: 'other' } }] }],
    ['an object less', { objects: [web()] }],
    ['another namespace', { objects: [{ ...web(), metadata: { name: 'web', namespace: 'kube-system' } }, rest] }],
    ['a command of the phase', { phase: { commands: ['sh check.sh'] } }],
    ['a check less', { phase: { validation_commands: [] } }],
    ['a criterion less', { phase: { success_criteria: [] } }],
    ['a rollback by command', { phase: { rollback: ['sh check.sh'] } }],
    ['fields taken over', { phase: { take_over: [{ object: 'Deployment/web', managers: ['x'], fields: ['.spec'] }] } }],
    ['another script', { pins: { 'check.sh': 'z' } }],
    ['a script more', { pins: { 'more.sh': 'z' } }],
    ['another delivery', { phase: { delivery: 'external' } }],
  ])('is not alike with %s', (_, now) => {
    expect(difference(now).others).not.toEqual([]);
  });

  test('a manifest that a command reads is no manifest only', () => {
    const phase = { validation_commands: ['sh web.yaml'] };
    const [before, after] = [plan({ phase }), plan({ phase, pins: { 'web.yaml': 'c' } })];
    expect(alike(before, after, 'shop', canonical).others).toEqual(['web.yaml is not what was approved then']);
  });
});

describe('a change', () => {
  test.each([
    [{ images: { 'q/other:1': 'q/web:2' } }, 'change.images: no object uses q/other:1; used are q/web:1.'],
    [{ replicas: { 'Deployment/other': 2 } }, 'change.replicas: there is no one object Deployment/other'],
    [
      { values: { 'ConfigMap/settings': { OTHER: 'x' } } },
      'change.values: there is no ConfigMap "ConfigMap/settings" with the key OTHER',
    ],
  ])('%j that fits nothing is refused by its field', (change, message) => {
    const made = changed(plan(), change, 'shop', canonical);
    expect(made.ok ? '' : made.message).toContain(message);
  });

  test('writes what it touches into the plan, and nothing else', () => {
    const made = changed(plan(), { images: { 'quay.io/q/web:1': 'q/web:2' } }, 'shop', canonical);
    if (!made.ok) throw new Error(made.message);
    const text = JSON.stringify(composed(plan(), made.value, 'shop'));
    expect(text).toContain('q/web:2');
    expect(text).not.toContain('q/web:1');
    expect(composed(plan({ phase: { commands: ['make'] } }), new Map(), 'shop')).toMatchObject({ ok: false });
  });
});
