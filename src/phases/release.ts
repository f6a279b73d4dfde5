// The release that Helm keeps for a chart of a phase, compared with what was approved.

import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Reader } from '../cluster/index.ts';
import type { KubeObject } from '../objects/index.ts';
import { readManifests } from '../plan/index.ts';
import { canonical, fail, pass, unknown, type Verdict } from '../workflow/index.ts';
import { shortened } from '../workflow/shortened.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import type { StoredPhase } from './stored.ts';

/** Helm's own limit is the Secret's 1 MiB, compressed. */
const MOST_BYTES = 64 * 2 ** 20;

/** Of a release only what is compared and shown: its values may be secret, and are not read. */
const release = z.object({
  version: z.number(),
  manifest: z.string().default(''),
  hooks: z
    .array(
      z.object({ name: z.string(), kind: z.string(), last_run: z.object({ phase: z.string().optional() }).optional() }),
    )
    .nullish(),
  info: z.object({ status: z.string(), description: z.string().default(''), last_deployed: z.string().optional() }),
});
type Release = z.infer<typeof release>;

/** One check for each chart of the phase: its release is deployed, and holds exactly the objects that were approved. */
export async function releaseChecks(reader: Reader, namespace: string, phase: StoredPhase): Promise<PhaseCheck[]> {
  if (phase.delivery !== 'helm') return [];
  const charts = phase.resources.flatMap((r) => (r.kind === 'chart' ? [r.release] : []));
  return Promise.all(
    charts.map(async (name) => {
      const { verdict, evidence } = await compared(reader, namespace, name, phase.objects, charts.length > 1);
      return phaseCheck(`release: ${name}`, verdict, evidence === undefined ? {} : { evidence });
    }),
  );
}

type Compared = { readonly verdict: Verdict; readonly evidence?: unknown };

async function compared(
  reader: Reader,
  namespace: string,
  name: string,
  approved: readonly KubeObject[],
  several: boolean,
): Promise<Compared> {
  const listed = await reader.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace, labelSelector: `owner=helm,name=${name}` },
  );
  if (!listed.ok)
    return { verdict: unknown('NotVisible', `the release ${name} can't be looked at: ${listed.error.message}`) };
  const revisions = listed.value.items
    .map((secret) => ({ secret, version: Number(secret.metadata.labels?.version ?? 0) }))
    .sort((a, b) => b.version - a.version);
  const [latest] = revisions;
  if (latest === undefined) return { verdict: fail('NotReleased', `there is no release ${name} in ${namespace}`) };
  const read = releaseOf(latest.secret);
  if (read === undefined)
    return {
      verdict: unknown(
        'NotReadable',
        `the Secret of release ${name}, revision ${latest.version}, is not as Helm writes it`,
      ),
    };
  const history = revisions.map(({ secret, version }) => `${version} ${secret.metadata.labels?.status ?? 'unknown'}`);
  const evidence = { revision: read.version, ...read.info, history, hooks: (read.hooks ?? []).map(hookLine) };
  const words = `release ${name}, revision ${read.version}`;
  if (read.info.status !== 'deployed')
    return {
      verdict: fail('NotDeployed', `${words}, is ${read.info.status}: ${shortened(read.info.description, 400)}`),
      evidence,
    };
  const differs = difference(read.manifest, approved, namespace, several);
  return {
    verdict:
      differs.length === 0
        ? pass('AsApproved', `${words}, is deployed, and its manifest is what was approved`)
        : fail('ReleaseDiffers', `${words}, is not what was approved: ${differs.slice(0, 6).join('; ')}`),
    evidence,
  };
}

const hookLine = (hook: NonNullable<Release['hooks']>[number]): string =>
  `${hook.kind}/${hook.name}: ${hook.last_run?.phase ?? 'not run'}`;

/** A Secret's data are base64, and what Helm keeps in them is gzipped JSON in base64 again. */
function releaseOf(secret: KubeObject): Release | undefined {
  const data: unknown = Object(secret.data).release;
  if (typeof data !== 'string') return undefined;
  try {
    const inner = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    const text = inner[0] === 0x1f ? gunzipSync(inner, { maxOutputLength: MOST_BYTES }) : inner;
    const parsed = release.safeParse(JSON.parse(text.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** CRDs of crds/ are installed once and are in no manifest of a release. */
function difference(manifest: string, approved: readonly KubeObject[], namespace: string, several: boolean): string[] {
  const { written } = readManifests(manifest);
  const inRelease = byName(
    written.map(({ object }) => object),
    namespace,
  );
  const inPlan = byName(approved, namespace);
  const others = [...inRelease].flatMap(([name, object]) => {
    const planned = inPlan.get(name);
    if (planned === undefined) return [`${name} was not approved`];
    return canonical(planned) === canonical(object) ? [] : [`${name} has other fields`];
  });
  const missing = [...inPlan.keys()].filter(
    (name) => !inRelease.has(name) && !name.startsWith('CustomResourceDefinition/'),
  );
  return [...others, ...(several ? [] : missing.map((name) => `${name} is not in it`))];
}

const byName = (objects: readonly KubeObject[], home: string): Map<string, KubeObject> =>
  new Map(
    objects.map((object) => {
      const { name = '', namespace = home } = object.metadata;
      return [`${object.kind}/${name}${namespace === home ? '' : ` in ${namespace}`}`, object];
    }),
  );
