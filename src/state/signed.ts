import type { Damage, Ledger, Row } from './ledger.ts';
import { fingerprint, isSignedBy, type Signature } from './signature.ts';

/**
 * A ledger in which "the operator decided" needs the operator's signature. The hash chain alone can be made anew by
 * whoever can write the file; these rows can't be, and each holds all rows before it in place.
 * `keys`: the public keys that count (operator-key.ts), asked only when there is such a row.
 */
export function signed(ledger: Ledger, keys: () => Promise<readonly string[]>): Ledger {
  const read: Ledger['read'] = async (deployment, after) => {
    const found = await ledger.read(deployment, after);
    const damaged = await firstUnsigned(found.rows, keys);
    return damaged === undefined ? found : { rows: found.rows.filter(({ seq }) => seq < damaged.seq), damaged };
  };
  return {
    ...ledger,
    read,
    async verify() {
      const first = new Map((await ledger.verify()).map((bad) => [bad.deployment, bad]));
      for (const { id } of await ledger.deployments()) {
        const { damaged } = await read(id);
        const known = first.get(id);
        if (damaged !== undefined && (known === undefined || damaged.seq < known.seq))
          first.set(id, { deployment: id, ...damaged });
      }
      return [...first.values()];
    },
  };
}

async function firstUnsigned(
  rows: readonly Row[],
  keys: () => Promise<readonly string[]>,
): Promise<Damage | undefined> {
  const decided = rows.filter(({ by }) => isPerson(by) && (by.assurance === 'operator' || by.signature !== undefined));
  if (decided.length === 0) return undefined;
  const known = new Map((await keys()).map((key) => [fingerprint(key), key]));
  for (const row of decided) {
    const why = whyUnsigned(row, known);
    if (why !== undefined) return { seq: row.seq, why: `row ${row.seq} ${why}` };
  }
  return undefined;
}

function whyUnsigned(row: Row, known: ReadonlyMap<string, string>): string | undefined {
  const { by, deployment, previous, at, fact } = row;
  const signature = isPerson(by) ? by.signature : undefined;
  if (signature === undefined) return 'says that the operator decided, and is not signed';
  const key = known.get(signature.key);
  if (key === undefined) return `is signed with a key (${signature.key}) that is not one of the operator's here`;
  if (isSignedBy(key, { deployment, previous, at, fact }, signature.value)) return undefined;
  return 'or a row before it was changed after the operator signed it: the signature does not fit';
}

type Person = { readonly assurance?: unknown; readonly signature?: Signature };

const isPerson = (by: unknown): by is Person =>
  typeof by === 'object' && by !== null && 'kind' in by && by.kind === 'person';
