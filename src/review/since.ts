import { slices } from '../bounded/index.ts';
import { isRecord } from '../objects/index.ts';
import type { LoadedPlan } from '../plan/index.ts';
import { leaves } from '../plan/index.ts';
import type { Script } from './commands.ts';
import { type Change, changeAt } from './object.ts';

/** A plan that a person decided about: what the present one is compared with. */
export type Decided = {
  readonly at: string;
  readonly choice: string;
  readonly digest: string;
  readonly loaded: LoadedPlan;
  readonly scripts: readonly Script[];
};

/** Every difference between two plans, on whole values: fields, objects, texts of files. Most dangerous first. */
export async function changesSince(before: Decided, loaded: LoadedPlan, scripts: readonly Script[]): Promise<Change[]> {
  const [was, is] = [plain(before.loaded, before.scripts), plain(loaded, scripts)];
  const turn = slices();
  const found: Change[] = [];
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [one, other] = [was[key], is[key]];
    if (!isRecord(one) || !isRecord(other)) found.push(...leaves(one, other, key).map(changeAt));
    else
      for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
        found.push(...leaves(one[name], other[name], `${key}.${name}`).map(changeAt));
        await turn();
      }
  }
  return found.sort((a, b) => b.danger - a.danger);
}

function plain({ plan, phases, pinned }: LoadedPlan, scripts: readonly Script[]): Record<string, unknown> {
  const { phases: own, ...frame } = plan;
  const texts = new Map(scripts.map((s) => [s.path, s.text]));
  const pins = [...pinned, ...phases.flatMap((p) => p.pinned)];
  const written = new Set(phases.flatMap((p) => p.manifests.flatMap((m) => m.from.file ?? [])));
  return {
    ...frame,
    phases: own.map(({ resources: _, ...phase }) => phase),
    object: Object.fromEntries(
      phases.flatMap((p) =>
        p.manifests.map(({ object }) => [
          `${object.kind}/${object.metadata.namespace === undefined ? '' : `${object.metadata.namespace}/`}${object.metadata.name ?? ''} (phase ${p.number})`,
          object.kind === 'Secret' ? { ...object, data: undefined, stringData: undefined } : object,
        ]),
      ),
    ),
    file: Object.fromEntries(
      pins.filter((p) => !written.has(p.path)).map((p) => [p.path, texts.get(p.path) ?? `sha256:${p.sha256}`]),
    ),
    observed: phases.map((p) => p.observed.map((o) => `${o.apiVersion}/${o.kind}/${o.name}`)),
  };
}
