import type { KubeObject } from '../objects/index.ts';
import type { ClusterCall } from '../plan/index.ts';
import { isKnown } from '../shell/index.ts';
import { asTarget, NOTHING, namespaceOf, type Scope, type Targets, together, unknown } from './effect-targets.ts';

/** Helm keeps each revision of a release in a Secret: where one is there, so is the release. */
export async function releases(scope: Scope, call: ClusterCall): Promise<Targets> {
  const namespace = namespaceOf(scope, call);
  const found = await Promise.all(
    call.operands.map(async (release): Promise<Targets> => {
      if (!isKnown(release)) return unknown('which releases it uninstalls is only known when it runs');
      const listed = await scope.reader.list(
        { apiVersion: 'v1', kind: 'Secret' },
        { namespace, labelSelector: `owner=helm,name=${release}`, metadataOnly: true },
      );
      if (!listed.ok) return unknown(`whether there is a release ${release} can't be seen: ${listed.error.message}`);
      const first = listed.value.items.toSorted((a, b) => createdAt(a) - createdAt(b))[0];
      if (first === undefined) return NOTHING;
      const { uid, creationTimestamp } = first.metadata;
      const live = {
        ...first,
        apiVersion: 'helm.sh/v3',
        kind: 'Release',
        metadata: {
          name: release,
          namespace,
          ...(uid === undefined ? {} : { uid }),
          ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
        },
      };
      return { there: [asTarget(live)], unknown: [] };
    }),
  );
  return together(found);
}

const createdAt = (object: KubeObject): number => Date.parse(object.metadata.creationTimestamp ?? '') || 0;
