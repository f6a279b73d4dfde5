// infragate export [deployment]

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { print, printError, printJsonLines } from '../print/index.ts';
import type { ChangeSource } from '../report/index.ts';
import type { Damage, Ledger } from '../state/index.ts';
import { answer, fail } from './answers.ts';
import { EXIT, type Exit } from './exit.ts';
import { workspaceHere } from './here.ts';
import { withLedger } from './with-ledger.ts';

const FORMATS = ['jsonl', 'html', 'md'] as const;
type Format = (typeof FORMATS)[number];
type Flags = { json: boolean; decisions: boolean; format: Format; output?: string };

export function exportCommand(): Command {
  return new Command('export')
    .description('the recorded events as JSON lines, with the hashes that chain them; or a report for a change ticket')
    .argument('[deployment]', 'which deployment; all of them when left out (a report: the only one)')
    .addOption(
      new Option('--format <format>', 'jsonl: the events; html, md: one page with timeline and evidence')
        .choices(FORMATS)
        .default('jsonl'),
    )
    .option(
      '--decisions',
      'with the answers of passkeys and the reviews that decisions name, for verify --decisions',
      false,
    )
    .option('--output <file>', 'write the report there instead of printing it')
    .option('--json', 'print one JSON value instead of lines', false)
    .action((deployment: string | undefined, flags: Flags) =>
      flags.format === 'jsonl' ? exportRows(deployment, flags) : exportReport(deployment, flags),
    );
}

function exportRows(deployment: string | undefined, { json, decisions }: Flags): Promise<void> {
  return withLedger(json, async (ledger) => {
    const known = (await ledger.deployments()).map(({ id }) => id);
    if (deployment !== undefined && !known.includes(deployment)) return noDeployment(json, deployment);
    const damage: (Damage & { deployment: string })[] = [];
    const lines = linesOf(ledger, deployment === undefined ? known : [deployment], damage, decisions);
    if (json) {
      const events: unknown[] = [];
      for await (const row of lines) events.push(JSON.parse(row));
      const exit = damage.length === 0 ? EXIT.done : EXIT.no;
      answer('export', exit, { events, ...(damage.length === 0 ? {} : { damaged: damage }) });
      return exit;
    }
    await printJsonLines(lines);
    for (const one of damage)
      printError(`${one.deployment}: ${one.why}; the export of this deployment ends before it.`);
    return damage.length === 0 ? EXIT.done : EXIT.no;
  });
}

const noDeployment = (json: boolean, id: string): Exit =>
  fail(json, EXIT.wrongUse, 'NoDeployment', `There is no deployment ${id}. infragate status lists them.`);

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

/** A page about a record that can't be trusted would look like one that can: it is refused. */
function exportReport(named: string | undefined, { json, format, output }: Flags): Promise<void> {
  return withLedger(json, async (ledger) => {
    const known = (await ledger.deployments()).map(({ id }) => id);
    const id = named ?? (known.length === 1 ? known[0] : undefined);
    if (id === undefined)
      return fail(
        json,
        EXIT.wrongUse,
        'WhichDeployment',
        `Name one deployment: ${known.join(', ') || 'there is none yet'}.`,
      );
    if (!known.includes(id)) return noDeployment(json, id);
    const source = await sourceOf(ledger, id);
    if ('why' in source)
      return fail(json, EXIT.no, 'RecordDamaged', `${id}: ${source.why}; infragate verify says more.`);
    const { changeHtml, changeMarkdown, changeReport } = await import('../report/index.ts');
    const page = (format === 'html' ? changeHtml : changeMarkdown)(changeReport(source));
    if (output === undefined) {
      if (json) answer('export', EXIT.done, { deployment: id, format, report: page });
      else print(page);
    } else {
      const path = resolve(workspaceHere(), output);
      try {
        await writeFile(path, page);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        return fail(json, EXIT.lacking, 'NotWritten', `The report can't be written to ${path}: ${why}`);
      }
      if (json) answer('export', EXIT.done, { deployment: id, format, output: path });
      else printError(`${id}: written to ${path}`);
    }
    return EXIT.done;
  });
}

async function sourceOf(ledger: Ledger, id: string): Promise<ChangeSource | { readonly why: string }> {
  const { fold, parseEvents, plan } = await import('../workflow/index.ts');
  const { rows, damaged } = await ledger.read(id);
  if (damaged !== undefined) return damaged;
  const parsed = parseEvents(rows);
  if (!parsed.ok) return { why: `event ${parsed.seq} can't be read: ${parsed.why}` };
  const deployment = fold(id, parsed.events);
  if (deployment === undefined) return { why: 'it does not begin with its start' };
  const bodies = new Map<string, string>();
  const text = async (digest: string): Promise<string | undefined> => {
    const body = await ledger.get(digest);
    return body === undefined ? undefined : Buffer.from(body.body).toString('utf8');
  };
  for (const { fact } of parsed.events) {
    if (fact.type !== 'observed' || fact.body === undefined || bodies.has(fact.body)) continue;
    const found = await text(fact.body);
    if (found !== undefined) bodies.set(fact.body, found);
  }
  const current = plan(deployment);
  const stored = current === undefined ? undefined : await text(current.body);
  const summary = stored === undefined ? undefined : summaryOf(stored);
  return {
    deployment,
    events: parsed.events,
    now: new Date().toISOString(),
    bodies,
    ...(summary === undefined ? {} : { plan: summary }),
  };
}

function summaryOf(stored: string): string | undefined {
  const read: unknown = JSON.parse(stored);
  return typeof read === 'object' && read !== null && 'summary' in read && typeof read.summary === 'string'
    ? read.summary
    : undefined;
}
