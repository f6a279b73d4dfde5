import { readKey, unlock, writeKey } from '../../src/state/index.ts';
import { ledgerAt } from '../../src/state/ledger.fixture.ts';

export const PASSPHRASE = 'correct horse battery';

/** The operator of a data folder, as a passphrase at a terminal makes them: who decides, and what signs it. */
export async function theOperator(home: string) {
  const key = (await readKey(home)) ?? (await writeKey(home, PASSPHRASE, new Date()));
  const ledger = await ledgerAt(home);
  const signer = await unlock(ledger, key, PASSPHRASE, new Date());
  ledger.close();
  if (typeof signer === 'string') throw new Error(signer);
  return { actor: { kind: 'person', name: 'test', assurance: 'operator' }, signer } as const;
}
