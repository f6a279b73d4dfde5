// infragate ledger copy|migrate

import { Command } from 'commander';
import { print, printError, printJson } from '../print/index.ts';
import type { LedgerError, LedgerPlace } from '../state/index.ts';
import { EXIT } from './exit.ts';
import { fail, SCHEMA_VERSION } from './with-ledger.ts';

type Copying = { readonly from: string; readonly to: string; readonly json: boolean };
type Migrating = { readonly grant?: string; readonly json: boolean };

export function ledgerCommand(): Command {
  const command = new Command('ledger').description('the ledger itself, in a data folder or in PostgreSQL');
  command
    .command('copy')
    .description('copy a ledger to another place, row by row, verified; one that was cut off goes on')
    .requiredOption('--from <place>', 'a data folder, or postgres://user@host/database')
    .requiredOption('--to <place>', 'an empty data folder or database, or the copy that was begun')
    .option('--json', 'print one line of JSON, last', false)
    .action(copy);
  command
    .command('migrate')
    .description("make the ledger's schema in PostgreSQL, or bring it to this version, as a role that may")
    .argument('[address]', 'postgres://user@host/database; INFRAGATE_LEDGER when it is left out')
    .option('--grant <role>', "the servers' role, which may read and add and nothing else")
    .option('--json', 'print one line of JSON, last', false)
    .action(migrate);
  return command;
}

async function copy({ from, to, json }: Copying): Promise<void> {
  const { copyLedger } = await import('../state/index.ts');
  const answer = await copyLedger(placeOf(from), placeOf(to), (deployment, rows) => {
    if (!json && rows > 0) printError(`${deployment}: ${rows} rows`);
  });
  if ('reason' in answer) return failed(json, answer);
  if (json) printJson({ schema_version: SCHEMA_VERSION, ok: true, copied: answer });
  else
    print(
      `Copied ${answer.rows} rows of ${answer.deployments} deployments and ${answer.bodies} bodies; the copy was verified.`,
    );
}

async function migrate(address: string | undefined, { grant, json }: Migrating): Promise<void> {
  const to = address ?? process.env.INFRAGATE_LEDGER ?? '';
  const { migrateLedger } = await import('../state/index.ts');
  const problem = await migrateLedger(to, grant);
  if (problem !== undefined) return failed(json, problem);
  if (json) printJson({ schema_version: SCHEMA_VERSION, ok: true, ...(grant === undefined ? {} : { granted: grant }) });
  else print(`The ledger's schema is of this version.${grant === undefined ? '' : ` ${grant} may read and add.`}`);
}

const placeOf = (text: string): LedgerPlace => (/^postgres(ql)?:/.test(text) ? { address: text } : { home: text });

function failed(json: boolean, { reason, message }: LedgerError): void {
  const exit = reason === 'BadAddress' ? EXIT.wrongUse : EXIT.lacking;
  process.exitCode = fail(json, exit, reason, message);
}
