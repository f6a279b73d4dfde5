import { address, called } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { lost } from '../engine/connect.ts';
import { type Deployment, fail, identityOf, type PlacedObject } from '../workflow/index.ts';
import { type PhaseCheck, phaseCheck } from './check.ts';
import { refOfManifest } from './refs.ts';
import type { StoredPlan } from './stored.ts';

/**
 * What an earlier revision put there and the present plan no longer has: no phase proves it and none would take it away.
 * One that is kept on purpose, as the plan said, is none.
 */
export async function orphans(reader: Reader, d: Deployment, stored: StoredPlan): Promise<PhaseCheck[]> {
  const key = (o: PlacedObject) => identityOf(o, d.target.namespace);
  const planned = new Set([
    ...stored.loaded.phases.flatMap((p) => p.manifests.map((m) => key(refOfManifest(m.object, d.target.namespace)))),
    ...stored.plan.secrets.map(({ name }) => key({ apiVersion: 'v1', kind: 'Secret', name })),
  ]);
  const left = d.placements.filter(
    (p) => p.purpose === 'phase' && p.state !== 'gone' && !p.kept && !planned.has(key(p.object)),
  );
  const looks = await Promise.all(
    left.map(async ({ object, phase }) => {
      const live = await reader.getIfThere(address(object));
      if (!live.ok && live.error.reason !== 'NoKindMatch') throw lost(live.error);
      const there =
        live.ok && live.value !== undefined && live.value.metadata.uid === (object.uid ?? live.value.metadata.uid);
      if (!there) return [];
      const what = `an earlier revision put ${called(object)} there in phase ${phase}, and the plan no longer has it`;
      return [
        phaseCheck(
          `left over: ${called(object)}`,
          fail(
            'LeftOver',
            `${what}: take it away (rollback-phase {phase_number: ${phase}}), or put it back into the plan`,
          ),
        ),
      ];
    }),
  );
  return looks.flat();
}
