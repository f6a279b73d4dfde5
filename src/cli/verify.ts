// infragate verify

import { Command } from 'commander';
import { print, printJson } from '../print/index.ts';
import { EXIT } from './exit.ts';
import { withLedger } from './with-ledger.ts';

export function verifyCommand(): Command {
  return new Command('verify')
    .description('check that no recorded event or evidence was changed; exit code 1 names the first bad row')
    .option('--json', 'print one line of JSON, last', false)
    .action(({ json }: { json: boolean }) => verify(json));
}

function verify(json: boolean): Promise<void> {
  return withLedger(json, async (ledger) => {
    const deployments = (await ledger.deployments()).length;
    const bad = await ledger.verify();
    const sound = bad.length === 0;
    if (json) printJson({ sound, deployments, bad });
    else if (sound) print(`The record is whole: ${deployments} ${deployments === 1 ? 'deployment' : 'deployments'}.`);
    else for (const { deployment, why } of bad) print(`${deployment}: ${why}`);
    return sound ? EXIT.done : EXIT.no;
  });
}
