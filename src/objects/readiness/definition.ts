import { at, isRecord, type KubeObject, recordsAt, textAt } from '../kube-object.ts';

/** What a kind's definition says of its status. Without a definition nothing is known. */
export type Declared = {
  /** `none`: neither a status subresource nor a status in the schema. `printed`: its columns show fields of the status. */
  readonly status: 'none' | 'declared' | 'printed' | 'not known';
  /** Condition types and fields that its printer columns show, in its author's order. */
  readonly conditions: readonly string[];
  readonly phases: readonly string[];
  readonly shown: readonly string[];
};

/** Types that a printer column may show and that don't say "it works". */
const NOT_POSITIVE = /fail|error|degraded|stalled|progressing|upgrad|notready|paused|reconciling|synced/i;

export function declaredBy(crd: KubeObject | undefined, object: KubeObject): Declared {
  const name = object.apiVersion.split('/').at(-1);
  const version = recordsAt(crd, 'spec', 'versions').find((v) => v.name === name);
  const paths = recordsAt(version, 'additionalPrinterColumns').map((c) => textAt(c, 'jsonPath'));
  const conditions = paths.flatMap(
    (p) => /\.status\.conditions\[\?\(@\.type\s*==\s*['"]([\w.-]+)['"]\)\]\.status/.exec(p)?.[1] ?? [],
  );
  const shown = paths.filter((p) => p.startsWith('.status'));
  return {
    status: version === undefined ? 'not known' : statusOf(version, shown),
    conditions: conditions.filter((type) => !NOT_POSITIVE.test(type)),
    phases: paths.flatMap((p) => /^\.status\.(?=\w*(?:phase|state|health|status))(\w+)$/i.exec(p)?.[1] ?? []),
    shown,
  };
}

function statusOf(version: Record<string, unknown>, shown: readonly string[]): Declared['status'] {
  if (shown.length > 0) return 'printed';
  const schema = at(version, 'schema', 'openAPIV3Schema');
  const declares =
    isRecord(at(version, 'subresources', 'status')) ||
    isRecord(at(schema, 'properties', 'status')) ||
    // Anything may stand at the top: the schema doesn't say that there is no status.
    at(schema, 'x-kubernetes-preserve-unknown-fields') === true ||
    !isRecord(at(schema, 'properties'));
  return declares ? 'declared' : 'none';
}
