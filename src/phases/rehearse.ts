import { address, differences } from '../apply/index.ts';
import { parallel } from '../assumptions/index.ts';
import type { ApiFailure, Reader } from '../cluster/index.ts';
import { identityOfObject, type KubeObject, withoutControllersFields } from '../objects/index.ts';
import type { LoadedPlan, Problem } from '../plan/index.ts';
import type { Looked } from '../review/index.ts';
import { lookedAt } from './look.ts';
import { refOfManifest } from './refs.ts';

/** What the cluster says to a plan before anything is done: problems, and what would change. */
export type Rehearsal = {
  readonly problems: readonly Problem[];
  readonly changes: readonly string[];
  readonly tried: readonly Tried[];
  /** Each object with its dry run, for the approver's review. */
  readonly looked: readonly Looked[];
};

/** One object as it was when the plan was submitted: absent, or there with what applying it would change. */
export type Tried = { readonly place: string; readonly uid?: string; readonly changed: readonly string[] };

export const placeOf = (phase: number, object: KubeObject, namespace: string): string =>
  `${phase}/${identityOfObject(object, namespace)}`;

/** Dry runs at once: more would wait for each other at the server, and to send thousands together takes a second. */
const AT_ONCE = 32;

/** Every manifest through the server's strict dry run, as this identity. What the plan itself brings first can't be judged yet, and is said. */
export async function rehearse(reader: Reader, loaded: LoadedPlan, namespace: string): Promise<Rehearsal> {
  const brought = broughtBy(loaded);
  const problems: Problem[] = [];
  const changes: string[] = [];
  const tried: Tried[] = [];
  const looked: Looked[] = [];
  for (const [index, phase] of loaded.phases.entries()) {
    const delivery = loaded.plan.phases[index]?.delivery;
    if (delivery !== 'apply') {
      looked.push(
        ...phase.manifests.map((m) => lookedAt(phase.number, m.object, { why: `delivered by ${String(delivery)}` })),
      );
      continue;
    }
    const seen = await parallel(phase.manifests, AT_ONCE, async (m) => ({
      m,
      ...(await tryOne(reader, m.object, namespace)),
    }));
    for (const { m, result, live, changed } of seen) {
      const name = `${m.object.kind}/${m.object.metadata.name}`;
      const path = `phases[${index}].resources[${m.from.resource}]`;
      const where = {
        path,
        ...(m.from.file === undefined ? {} : { file: m.from.file }),
        ...(m.from.lines === undefined ? {} : { line: m.from.lines.from }),
      };
      if (!result.ok) {
        const early = notYet(result.error, m.object, brought);
        looked.push(
          lookedAt(phase.number, m.object, { why: early ?? `${result.error.reason}: ${result.error.message}` }),
        );
        problems.push({
          ...where,
          severity: early === undefined ? 'error' : 'note',
          message: `${name}: ${early ?? `${result.error.reason}: ${result.error.message}`}`,
        });
        if (early !== undefined)
          changes.push(
            `phase ${phase.number}: ${name} (can't be tried before ${early.includes('CRD') ? 'its CRD' : 'its namespace'} is there)`,
          );
        continue;
      }
      for (const warning of result.value.warnings)
        problems.push({ ...where, severity: 'note', message: `${name}: the server warns: ${warning}` });
      looked.push(lookedAt(phase.number, m.object, { result: result.value.object, live }));
      const uid = live?.metadata.uid;
      const place = placeOf(phase.number, m.object, namespace);
      tried.push({ place, changed: changed ?? [], ...(uid === undefined ? {} : { uid }) });
      changes.push(
        `phase ${phase.number}: ${name} ${changed === undefined ? 'is created' : changed.length === 0 ? 'stays as it is' : `changes at ${changed.slice(0, 8).join(', ')}`}`,
      );
    }
  }
  return { problems, changes, tried, looked };
}

/** One manifest through the dry run. `changed`: where it differs from what is there; undefined when nothing is. */
export async function tryOne(reader: Reader, object: KubeObject, namespace: string) {
  const result = await reader.dryRun(withoutControllersFields(object), {
    verb: 'apply',
    force: true,
    namespace: object.metadata.namespace ?? namespace,
  });
  const there = result.ok ? await reader.getIfThere(address(refOfManifest(object, namespace))) : undefined;
  const live = there?.ok ? there.value : undefined;
  const changed = live === undefined || !result.ok ? undefined : differences(live, result.value.object);
  return { result, live, changed };
}

function broughtBy(loaded: LoadedPlan): { kinds: ReadonlySet<string>; namespaces: ReadonlySet<string> } {
  const kinds = new Set<string>();
  const namespaces = new Set<string>();
  for (const { object } of loaded.phases.flatMap((p) => p.manifests)) {
    const spec = Object(object.spec);
    if (object.kind === 'CustomResourceDefinition') kinds.add(`${spec.group}/${Object(spec.names).kind}`);
    if (object.kind === 'Namespace') namespaces.add(object.metadata.name ?? '');
  }
  return { kinds, namespaces };
}

function notYet(error: ApiFailure, object: KubeObject, brought: ReturnType<typeof broughtBy>): string | undefined {
  const kind = `${object.apiVersion.split('/')[0]}/${object.kind}`;
  if (error.reason === 'NoKindMatch' && brought.kinds.has(kind))
    return 'the plan brings its CRD; it is tried when that is there';
  if (error.status === 404 && brought.namespaces.has(object.metadata.namespace ?? ''))
    return 'the plan brings its namespace; it is tried when that is there';
  return undefined;
}
