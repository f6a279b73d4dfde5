// infragate export [deployment]

import { Command } from 'commander';
import { printError, printJsonLines, printJsonText } from '../print/index.ts';
import type { Damage, Ledger } from '../state/index.ts';
import { EXIT } from './exit.ts';
import { fail, withLedger } from './with-ledger.ts';

type Flags = { json: boolean; decisions: boolean };

export function exportCommand(): Command {
  return new Command('export')
    .description('the recorded events as JSON lines, with the hashes that chain them')
    .argument('[deployment]', 'which deployment; all of them when left out')
    .option(
      '--decisions',
      'with the answers of passkeys and the reviews that decisions name, for verify --decisions',
      false,
    )
    .option('--json', 'print one JSON array instead of lines', false)
    .action(exportRows);
}

function exportRows(deployment: string | undefined, { json, decisions }: Flags): Promise<void> {
  return withLedger(json, async (ledger) => {
    const known = (await ledger.deployments()).map(({ id }) => id);
    if (deployment !== undefined && !known.includes(deployment))
      return fail(
        json,
        EXIT.wrongUse,
        'NoDeployment',
        `There is no deployment ${deployment}. infragate status lists them.`,
      );
    const damage: (Damage & { deployment: string })[] = [];
    const lines = linesOf(ledger, deployment === undefined ? known : [deployment], damage, decisions);
    if (json) {
      const rows: string[] = [];
      for await (const row of lines) rows.push(row);
      printJsonText(`[${rows.join(',')}]`);
    } else await printJsonLines(lines);
    for (const one of damage)
      printError(`${one.deployment}: ${one.why}; the export of this deployment ends before it.`);
    return damage.length === 0 ? EXIT.done : EXIT.no;
  });
}

async function* linesOf(
  ledger: Ledger,
  deployments: readonly string[],
  damage: (Damage & { deployment: string })[],
  decisions: boolean,
) {
  const { decisionLines, exportLines } = await import('../state/index.ts');
  for (const deployment of deployments) {
    const damaged = yield* (decisions ? decisionLines : exportLines)(ledger, deployment);
    if (damaged !== undefined) damage.push({ deployment, ...damaged });
  }
}
