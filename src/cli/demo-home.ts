import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder, isLedgerError, openLedger } from '../state/index.ts';

/**
 * The demo's own data folder, beside the user's and never it: it stays, so that what one demo learns is offered to the
 * next. `earlier`: how many it knows of. Where it can't be used (a read-only home, a network disk) one demo gets a
 * temporary one, and `instead` says why.
 */
export type DemoHome = { readonly home: string; readonly earlier: number; readonly instead?: string };

export const demoFolder = (): string => `${dataFolder()}-demo`;

export async function demoHome(options: { readonly fresh: boolean }): Promise<DemoHome> {
  const home = demoFolder();
  if (options.fresh) await startOver(home);
  const ledger = await openLedger({ home });
  if (!isLedgerError(ledger)) {
    const earlier = (await ledger.deployments()).length;
    ledger.close();
    return { home, earlier };
  }
  return { home: await mkdtemp(join(tmpdir(), 'infragate-demo-ledger-')), earlier: 0, instead: ledger.message };
}

/** Only a folder that is empty, or has a ledger in it, is taken for ours. */
async function startOver(home: string): Promise<void> {
  const content = await readdir(home).catch((): string[] => []);
  if (content.length > 0 && !content.includes('ledger.sqlite')) return;
  await rm(home, { recursive: true, force: true });
}
