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

  test('a kind whose schema has no status says so at once', () => {
    const crd: KubeObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {},
      spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: { properties: { spec: {} } } } }] },
    };
    const object: KubeObject = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: {}, spec: {} };
    expect(readiness(object, { crd })).toMatchObject({ status: 'unknown', reason: 'NoStatusField' });
  });
});
