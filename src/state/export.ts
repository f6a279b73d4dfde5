import { canonical } from '../workflow/canonical.ts';
import type { Damage, Ledger } from './ledger.ts';

/**
 * The rows of a deployment as JSON lines, in order, each with its hash: what is needed to check the chain elsewhere.
 * Stops before the first row that can't be trusted and returns what is wrong with it.
 */
export async function* exportLines(ledger: Ledger, deployment: string): AsyncGenerator<string, Damage | undefined> {
  const { rows, damaged } = await ledger.read(deployment);
  for (const row of rows) yield canonical(row);
  return damaged;
}
