// infragate freeze|thaw

import { Command } from 'commander';
import type { Writer } from '../cluster/index.ts';
import { API_VERSION, HOME } from '../enforcement/index.ts';
import { readFreezes, writeFreezes } from '../engine/freezes.ts';
import { textAt } from '../objects/kube-object.ts';
import { print, printError } from '../print/index.ts';
import { dataFolder } from '../state/index.ts';
import { must, type Where, withCluster } from './cluster/connection.ts';
import { phasesOf } from './cluster/guard.ts';
import { EXIT } from './exit.ts';

type Given = Where & { readonly all: boolean; readonly because?: string };

const command = (name: string, about: string): Command =>
  new Command(name)
    .description(about)
    .argument('[namespace]', 'the namespace; with --all every one')
    .option('--all', 'every namespace', false)
    .option('--kubeconfig <file>', 'whose login; INFRAGATE_KUBECONFIG, then KUBECONFIG when left out')
    .option('--context <name>', "the kubeconfig's context");

export const freezeCommand = (): Command =>
  command('freeze', 'refuse all writes through infragate at once, open phases included, until `infragate thaw`')
    .requiredOption('--because <reason>', 'why; every refusal says it')
    .action((namespace: string | undefined, given: Given) => change(namespace, given, given.because ?? ''));

export const thawCommand = (): Command =>
  command('thaw', 'end what `infragate freeze` began').action((namespace: string | undefined, given: Given) =>
    change(namespace, given, undefined),
  );

/** Here first, so that this data folder's servers stop whatever the cluster answers; then in the cluster. */
async function change(namespace: string | undefined, given: Given, because: string | undefined): Promise<void> {
  const { all, kubeconfig, context } = given;
  if (all === (namespace !== undefined)) {
    printError('Name one namespace, or --all.');
    process.exitCode = EXIT.wrongUse;
    return;
  }
  if (because?.trim() === '') {
    printError('--because: say why; every refusal says it.');
    process.exitCode = EXIT.wrongUse;
    return;
  }
  await note(namespace, because);
  const where = { ...(kubeconfig === undefined ? {} : { kubeconfig }), ...(context === undefined ? {} : { context }) };
  await withCluster(where, async (cluster) => {
    const writer = cluster.writer();
    const phases = (await phasesOf(writer)).filter((p) => all || p.metadata.name === namespace);
    const names = phases.map((p) => p.metadata.name ?? '');
    for (const phase of phases)
      if (textAt(phase, 'spec', 'frozen') !== (because ?? '')) await set(writer, phase.metadata.name ?? '', because);
    const what = because === undefined ? 'thawed' : 'frozen';
    const here = all ? 'everything' : `the namespace ${namespace}`;
    print(`For the servers of ${dataFolder()}, ${here} is ${what}.`);
    print(
      names.length === 0
        ? 'No API server refuses by it: no such namespace is guarded.'
        : `The API server ${because === undefined ? 'lets approved writes pass again' : 'refuses'} in ${names.join(', ')}.`,
    );
    return EXIT.done;
  });
}

async function note(namespace: string | undefined, because: string | undefined): Promise<void> {
  const home = dataFolder();
  const now = because === undefined ? undefined : { because, at: new Date().toISOString() };
  const known = await readFreezes(home).catch(() => ({ namespaces: {} }));
  if (namespace === undefined) {
    await writeFreezes(home, now === undefined ? { namespaces: {} } : { ...known, all: now });
    return;
  }
  const { [namespace]: _, ...others } = known.namespaces as Record<string, { because: string; at: string }>;
  await writeFreezes(home, { ...known, namespaces: now === undefined ? others : { ...others, [namespace]: now } });
}

async function set(writer: Writer, name: string, because: string | undefined): Promise<void> {
  const phase = { apiVersion: API_VERSION, kind: 'Phase', name, namespace: HOME };
  must(await writer.patch(phase, { spec: { frozen: because ?? null } }, 'merge'), `changing the Phase ${name}`);
}
