import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { compare } from './diverge.ts';
import { type Divergence, slug } from './divergence.ts';
import { extract } from './extract/index.ts';
import type { ClusterFacts } from './facts.ts';
import { load } from './load.ts';

/** Test documents with what they must give, for the tests and for bench/divergence.ts. */
export type Fixture = {
  readonly name: string;
  readonly expected: readonly Expected[];
  readonly got: readonly Divergence[];
};

const expectation = z.strictObject({
  rule: z.string(),
  divergence: z.enum(['HIGH', 'UNKNOWN', 'MEDIUM', 'LOW', 'NONE']),
  /** The id after the rule, where a rule finds several things. */
  subject: z.string().optional(),
  feature: z.string().optional(),
  places: z.number().optional(),
});
export type Expected = z.infer<typeof expectation>;

const described = z.strictObject({
  facts: z.strictObject({
    kubernetes: z.string().optional(),
    openshift: z.string().optional(),
    storageClasses: z.array(
      z.strictObject({
        name: z.string(),
        default: z.boolean(),
        provisioner: z.string(),
        accessModes: z.array(z.string()).optional(),
      }),
    ),
    ingressClasses: z.array(z.string()),
    loadBalancer: z.enum(['yes', 'no', 'unknown']),
    podSecurity: z.enum(['privileged', 'baseline', 'restricted']).optional(),
    nodes: z.array(z.strictObject({ architecture: z.string(), allocatable: z.record(z.string(), z.string()) })),
    /** APIs that are not served; every other one is. */
    missing: z.array(z.string()).default([]),
    instead: z.record(z.string(), z.string()).default({}),
    /** A reason for each image, `*` for all; one that isn't named was not asked. */
    images: z.record(z.string(), z.string()).default({}),
    /** What an image says about itself: its user, ports, volumes, entrypoint, environment. */
    configs: z
      .record(
        z.string(),
        z.strictObject({
          user: z.string().default(''),
          ports: z.array(z.number()).default([]),
          volumes: z.array(z.string()).default([]),
          entrypoint: z.array(z.string()).default([]),
          environment: z.record(z.string(), z.string()).default({}),
        }),
      )
      .default({}),
    unknown: z.array(z.string()).default([]),
  }),
  local_environment: z.string().optional(),
  features: z.array(z.string()),
  divergences: z.array(expectation),
});
export type DescribedFacts = z.input<typeof described>['facts'];

export function factsOf(input: DescribedFacts): ClusterFacts {
  const { kubernetes, openshift, missing, instead, images, configs, ...rest } = described.shape.facts.parse(input);
  const { podSecurity, storageClasses, ...others } = rest;
  return {
    ...others,
    storageClasses: storageClasses.map(({ accessModes, ...c }) => ({
      ...c,
      ...(accessModes === undefined ? {} : { accessModes }),
    })),
    ...(podSecurity === undefined ? {} : { podSecurity }),
    ...(kubernetes === undefined ? {} : { kubernetes: { version: kubernetes } }),
    ...(openshift === undefined ? {} : { openshift: { version: openshift } }),
    apis: (gvk) => (missing.includes(gvk) ? 'missing' : 'served'),
    instead: (gvk) => instead[gvk],
    imageConfig: (reference) => {
      const own = configs[reference];
      if (own === undefined) return undefined;
      const ports = own.ports.map((port) => ({ port, protocol: 'tcp' as const }));
      return { ok: true, config: { ...own, ports } };
    },
    images: (reference) => verdictOf(images[reference] ?? images['*']),
  };
}

function verdictOf(reason: string | undefined): Verdict | undefined {
  if (reason === undefined) return undefined;
  if (reason === 'Pullable') return pass(reason, 'there');
  return /Unreachable|RateLimited/.test(reason) ? unknown(reason, reason) : fail(reason, reason);
}

/** Every folder of fixtures/, read and compared as divergence-check would. */
export async function fixtures(): Promise<Fixture[]> {
  const root = join(import.meta.dirname, 'fixtures');
  const read: Fixture[] = [];
  for (const name of (await readdir(root)).sort()) {
    const folder = join(root, name);
    const files = await readdir(folder);
    if (!files.includes('expected.yaml')) continue;
    const document = files.find((f) => f.startsWith('document'));
    const loaded = await load(join(folder, document ?? 'document'));
    if (!loaded.ok) throw new Error(`${name}: ${loaded.message}`);
    const { facts, features, local_environment, divergences } = described.parse(
      parse(await readFile(join(folder, 'expected.yaml'), 'utf8')),
    );
    const got = compare({
      extracted: await extract(loaded.parts),
      facts: factsOf(facts),
      featuresToVerify: features,
      ...(local_environment === undefined ? {} : { localEnvironment: local_environment }),
    });
    read.push({ name, expected: divergences, got });
  }
  return read;
}

export type Score = { found: Expected[]; missed: Expected[]; surplus: Divergence[] };

/** Which expected divergences were found with the right severity, which were missed, and what nobody expected. */
export function scored({ expected, got }: Fixture): Score {
  const left = new Set(got);
  const found: Expected[] = [];
  const missed: Expected[] = [];
  // Those that name more are matched first.
  for (const e of [...expected].sort((a, b) => Object.keys(b).length - Object.keys(a).length)) {
    const match = [...left].find((d) => fits(d, e));
    if (match === undefined) missed.push(e);
    else {
      left.delete(match);
      found.push(e);
    }
  }
  return { found, missed, surplus: [...left] };
}

function fits(d: Divergence, e: Expected): boolean {
  return (
    d.rule === e.rule &&
    d.divergence === e.divergence &&
    (e.feature === undefined || d.feature === e.feature) &&
    (e.subject === undefined || d.id.endsWith(`/${slug(e.subject)}`)) &&
    (e.places === undefined || d.upstream.places.length === e.places)
  );
}
