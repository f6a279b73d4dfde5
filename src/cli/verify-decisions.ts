import { readFile } from 'node:fs/promises';
import { type Approver, readApprovers } from '../approvers/index.ts';
import { print, printError } from '../print/index.ts';
import { checkDecisions, type DecisionsChecked, decisionLines, type Ledger } from '../state/index.ts';
import { answer } from './answers.ts';
import { EXIT, type Exit } from './exit.ts';
import { withLedger } from './with-ledger.ts';

export type From = { readonly record?: string; readonly keys?: string; readonly json: boolean };

/**
 * infragate verify --decisions: every decision with a passkey, checked with the public keys alone. With `--record` the
 * lines of `infragate export --decisions` are read, and no ledger is opened.
 */
export async function verifyDecisions({ record, keys, json }: From): Promise<void> {
  if (record !== undefined) {
    const lines = (await readFile(record, 'utf8')).split('\n');
    process.exitCode = told(checkDecisions(lines, await keysFrom(keys, undefined)), json);
    return;
  }
  await withLedger(json, async (ledger) => {
    const { dataFolder } = await import('../state/index.ts');
    return told(checkDecisions(await linesOf(ledger), await keysFrom(keys, dataFolder())), json);
  });
}

async function linesOf(ledger: Ledger): Promise<string[]> {
  const lines: string[] = [];
  for (const { id } of await ledger.deployments()) for await (const line of decisionLines(ledger, id)) lines.push(line);
  return lines;
}

/** A file of keys that is named is what its namer vouches for. */
async function keysFrom(file: string | undefined, home: string | undefined): Promise<readonly Approver[]> {
  if (file !== undefined) return readApprovers('', file);
  return home === undefined ? readApprovers('') : readApprovers(home);
}

function told({ decisions, wrong }: DecisionsChecked, json: boolean): Exit {
  const proven = decisions.filter(({ why }) => why === undefined);
  const sound = wrong.length === 0 && proven.length === decisions.length;
  if (json) answer('verify', sound ? EXIT.done : EXIT.no, { sound, decisions, wrong });
  else {
    for (const { deployment, seq, at, who, what, separation, why } of decisions)
      print(
        `${deployment} row ${seq}, ${at}: ${who}: ${what} (${separation}): ${why === undefined ? 'proven' : `NOT PROVEN: it ${why}`}`,
      );
    for (const one of wrong) printError(one);
    print(`${proven.length} of ${decisions.length} decisions with a passkey are proven.`);
  }
  return sound ? EXIT.done : EXIT.no;
}
