import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isKubeObject, type KubeObject, kindKey } from '../kube-object.ts';
import { readiness } from './index.ts';

const folder = new URL('../fixtures/', import.meta.url);

type Fixture = { readonly object: KubeObject; readonly expected: string; readonly where: string };

/** Each document says above itself what is to be read from it: `# expect: waiting NotObserved`. */
function fixtures(): Fixture[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) =>
      readFileSync(new URL(file, folder), 'utf8')
        .split(/^---$/m)
        .map((text, i) => {
          const object: unknown = parse(text);
          if (!isKubeObject(object)) throw new Error(`${file} #${i} is no object`);
          const expected = /^# expect: (.+)$/m.exec(text)?.[1]?.trim();
          if (expected === undefined) throw new Error(`${file} #${i} doesn't say what to expect`);
          return { object, expected, where: `${file} #${i} ${object.kind}: ${expected}` };
        }),
    );
}

const all = fixtures();

describe('readiness', () => {
  test('is tried on at least 120 objects over 40 kinds', () => {
    expect(all.length).toBeGreaterThanOrEqual(120);
    expect(new Set(all.map((f) => kindKey(f.object))).size).toBeGreaterThanOrEqual(40);
  });

  test.each(all.map((f) => [f.where, f] as const))('%s', (_, { object, expected }) => {
    const reading = readiness(object);
    expect(`${reading.status} ${reading.reason}${reading.final ? ' final' : ''}`).toBe(expected);
    expect(reading.message).not.toBe('');
  });

  test('no fixture is ready while it is deleted, or while its status is of an older spec', () => {
    for (const { object } of all) {
      const deleted = { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-11-23T10:00:00Z' } };
      expect(readiness(deleted).status).not.toBe('ready');
    }
  });

  test('no fixture with a status is ready once the status is taken away, unless nothing acts on its kind', () => {
    const ready = all.filter((f) => f.expected.startsWith('ready') && f.object.status !== undefined);
    const still = ready.filter(({ object }) => {
      const { status: _, ...rest } = object;
      return (
        readiness({ ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata }).status ===
        'ready'
      );
    });
    expect(still.map((f) => f.where)).toEqual(
      still.filter((f) => ['Service', 'CronJob'].includes(f.object.kind)).map((f) => f.where),
    );
  });

  test('never throws and never calls it ready, whatever JSON an unknown kind has for a status without a positive word', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer(), (status, generation) => {
        const object: KubeObject = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { generation }, status };
        return readiness(object).status !== 'ready';
      }),
    );
  });

  test('never throws on arbitrary JSON under any kind that a table knows', () => {
    const kinds = [...new Map(all.map((f) => [kindKey(f.object), f.object])).values()];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.jsonValue(), fc.jsonValue(), (known, spec, status) => {
        readiness({ ...known, spec, status });
      }),
      { numRuns: 2000 },
    );
  });

  test("a CRD's printer columns say which word of its own counts", () => {
    const crd: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.org' },
      spec: {
        versions: [
          {
            name: 'v1',
            additionalPrinterColumns: [
              { name: 'Frob', jsonPath: '.status.conditions[?(@.type=="Frobnicated")].status' },
            ],
          },
        ],
      },
    };
    const object: KubeObject = {
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: {},
      status: { conditions: [{ type: 'Frobnicated', status: 'True' }] },
    };
    expect(readiness(object).status).toBe('unknown');
    expect(readiness(object, { crd })).toMatchObject({ status: 'ready', reason: 'Frobnicated' });
  });
});

const definition = (version: Record<string, unknown>): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.org' },
  spec: { versions: [{ name: 'v1', ...version }] },
});
const without = definition({ schema: { openAPIV3Schema: { properties: { spec: {} } } } });
const declaring = definition({
  schema: { openAPIV3Schema: { properties: { spec: {}, status: {} } } },
  subresources: { status: {} },
});
const printing = definition({
  schema: { openAPIV3Schema: { properties: { spec: {}, status: {} } } },
  additionalPrinterColumns: [{ name: 'Phase', jsonPath: '.status.phase' }],
});
const widget = (name: string, minutesAgo: number, status?: unknown): KubeObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Widget',
  metadata: {
    name,
    uid: `u-${name}`,
    creationTimestamp: new Date(Date.UTC(2026, 10, 1, 12, -minutesAgo)).toISOString(),
  },
  spec: {},
  ...(status === undefined ? {} : { status }),
});

describe('a kind whose controller writes no status is ready once it is accepted', () => {
  const own = widget('own', 0);
  test.each([
    ['its definition has no status', { crd: without }, 'ready AcceptedWithoutStatus'],
    ['its definition declares one, and nothing of the kind is there', { crd: declaring }, 'waiting NoStatus'],
    [
      'its definition declares one that no object here has',
      { crd: declaring, peers: [own, widget('old', 5), widget('older', 60)] },
      'ready AcceptedWithoutStatus',
    ],
    [
      'another object of the kind has one',
      { crd: declaring, peers: [widget('old', 5), widget('older', 60, { phase: 'Ready' })] },
      'waiting NoStatus',
    ],
    ['the others are as new as this one', { crd: declaring, peers: [widget('twin', 0)] }, 'waiting NoStatus'],
    ['its definition prints a status', { crd: printing, peers: [widget('old', 5)] }, 'waiting NoStatus'],
    ['nothing is known of its kind', {}, 'unknown NoStatus'],
  ])('%s', (_, known, expected) => {
    const { status, reason } = readiness(own, known);
    expect(`${status} ${reason}`).toBe(expected);
  });

  test('a manifest that was never sent is not', () => {
    const manifest: KubeObject = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'w' }, spec: {} };
    expect(readiness(manifest, { crd: without }).status).toBe('waiting');
  });
});

describe('any contrary condition beats a positive one', () => {
  const POSITIVE = ['Ready', 'Available', 'Succeeded', 'Successful', 'Deployed', 'Established', 'Reconciled'];
  const CONTRARY = [
    ['Healthy', 'False', 'NoReplicas'],
    ['ChildrenHealthy', 'False', 'Unavailable'],
    ['Progressing', 'False', 'ProgressDeadlineExceeded'],
    ['LastAsyncOperation', 'False', 'ApplyFailure'],
    ['Failure', 'True', 'Failed'],
    ['Degraded', 'True', 'DiskFull'],
    ['Stalled', 'True', 'BadSpec'],
    ['Reconciling', 'True', 'Progressing'],
    ['Running', 'True', 'Running'],
    ['Synced', 'False', 'ReconcileError'],
    ['Backup', 'False', 'BackupFailed'],
  ] as const;

  test('whatever the order of the two', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...POSITIVE),
        fc.constantFrom(...CONTRARY),
        fc.boolean(),
        (good, [type, status, reason], first) => {
          const positive = { type: good, status: 'True', reason: 'AsExpected' };
          const contrary = { type, status, reason };
          const conditions = first ? [contrary, positive] : [positive, contrary];
          return readiness(widget('w', 5, { conditions })).status !== 'ready';
        },
      ),
    );
  });

  test.each(['Failed', 'Error', 'Degraded', 'Provisioning', 'Updating'])('and so does the phase %s', (phase) => {
    const conditions = [{ type: 'Ready', status: 'True' }];
    expect(readiness(widget('w', 5, { phase, conditions })).status).not.toBe('ready');
  });

  test('the phase word Ready beats none', () => {
    const conditions = [{ type: 'Healthy', status: 'False', reason: 'NoReplicas' }];
    expect(readiness(widget('w', 5, { phase: 'Ready', conditions }))).toMatchObject({
      status: 'waiting',
      reason: 'NoReplicas',
    });
  });
});

describe('a status that is older than the spec counts for nothing', () => {
  const written = (spec: string, status: string, more: Record<string, unknown> = {}): KubeObject => {
    const object = widget('w', 60, { phase: 'Ready', ...more });
    const managedFields = [
      { manager: 'infragate', operation: 'Apply', time: spec },
      { manager: 'operator', operation: 'Update', subresource: 'status', time: status },
      { manager: 'operator', operation: 'Update', time: '2026-11-01T13:00:00Z', fieldsV1: { 'f:spec': {} } },
    ];
    return { ...object, metadata: { ...object.metadata, managedFields } };
  };

  test.each([
    ['written after the change', written('2026-11-01T11:00:00Z', '2026-11-01T11:00:01Z'), 'ready Ready'],
    [
      'written before the change',
      written('2026-11-01T11:59:55Z', '2026-11-01T11:00:00Z'),
      'unknown StatusOlderThanSpec',
    ],
    [
      'of a kind that says which generation it is about',
      written('2026-11-01T11:59:55Z', '2026-11-01T11:00:00Z', { observedGeneration: 1 }),
      'ready Ready',
    ],
    [
      'that had failed before it was changed',
      written('2026-11-01T11:59:55Z', '2026-11-01T11:00:00Z', { phase: 'Failed' }),
      'unknown StatusOlderThanSpec',
    ],
  ])('%s', (_, object, expected) => {
    const { status, reason } = readiness(object);
    expect(`${status} ${reason}`).toBe(expected);
  });
});
