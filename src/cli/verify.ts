// infragate verify

import { Command } from 'commander';
import { print } from '../print/index.ts';
import { answer } from './answers.ts';
import { EXIT } from './exit.ts';
import type { From } from './verify-decisions.ts';
import { withLedger } from './with-ledger.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .description('check that no recorded event or evidence was changed; exit code 1 names the first bad row')
    .option('--decisions', 'check every decision that was made with a passkey, with the public keys alone', false)
    .option('--record <file>', 'with --decisions: lines of `infragate export --decisions`; no ledger is opened')
    .option(
      '--keys <file>',
      "with --decisions: approvers' keys, one a line or as `infragate approver list --json` prints them",
    )
    .option('--json', 'print one line of JSON, last', false)
    .action(async ({ decisions, ...from }: From & { decisions: boolean }) => {
      if (!decisions) return verify(from.json);
      const { verifyDecisions } = await import('./verify-decisions.ts');
      return verifyDecisions(from);
    });
}

function verify(json: boolean): Promise<void> {
  return withLedger(json, async (ledger) => {
    const deployments = (await ledger.deployments()).length;
    const bad = await ledger.verify();
    const sound = bad.length === 0;
    if (json) answer('verify', sound ? EXIT.done : EXIT.no, { sound, deployments, bad });
    else if (sound) print(`The record is whole: ${deployments} ${deployments === 1 ? 'deployment' : 'deployments'}.`);
    else for (const { deployment, why } of bad) print(`${deployment}: ${why}`);
    return sound ? EXIT.done : EXIT.no;
  });
}
