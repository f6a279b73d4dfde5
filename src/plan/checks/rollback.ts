import { readManifests } from '../documents.ts';
import { type ClusterCall, clusterCalls } from '../kubectl.ts';
import { isRecord } from '../record.ts';
import { readRollback } from '../rollback.ts';
import type { Manifest } from '../types.ts';
import type { ShellLine } from '../world.ts';
import { kindIs } from './kind-words.ts';
import { isNamespace } from './objects.ts';
import { called, type Subject } from './subject.ts';

/** The way back takes every object with it, or says why not; what can't be undone is named. */
export async function checkRollback(subject: Subject): Promise<void> {
  const { loaded, report, read } = subject;
  for (const [index, phase] of loaded.plan.phases.entries()) {
    const manifests = loaded.phases[index]?.manifests ?? [];
    const steps = phase.rollback.map(readRollback);
    const lines = steps.flatMap((step) => (step.kind === 'command' ? [read(step.command)] : []));
    const kept = (m: Manifest) =>
      steps.some(
        (step) =>
          step.kind === 'keep' &&
          (step.object === '*' || step.object === called(m.object) || step.object.endsWith(`/${called(m.object)}`)),
      );
    const covered = await coverage(subject, lines);
    const undone = (m: Manifest) => steps.some((step) => step.kind === 'undo') || covered(m);

    const uncovered = manifests.filter((m) => !kept(m) && !undone(m)).map((m) => called(m.object));
    if (phase.rollback.length > 0 && uncovered.length > 0) {
      report.error(
        ['phases', index, 'rollback'],
        `nothing here takes back ${uncovered.join(', ')}; delete it, say "undo", or "keep Kind/name: why"`,
      );
    }
    for (const m of manifests) {
      if (isIrreversible(m) && !kept(m) && !namedIn(phase.irreversible, m.object.kind, m.object.metadata.name ?? '')) {
        report.error(
          ['phases', index, 'irreversible'],
          `rolling back ${called(m.object)} ${LOSS[m.object.kind] ?? 'can not be undone'}: name it under irreversible, or keep it`,
        );
      }
      if (m.object.kind === 'StatefulSet' && Array.isArray(recordOf(m.object.spec).volumeClaimTemplates)) {
        report.note(['phases', index, 'rollback'], `the claims that ${called(m.object)} makes stay after it is gone`);
      }
    }
    for (const [list, commands] of [
      ['commands', phase.commands],
      ['rollback', phase.rollback],
    ] as const) {
      commands.forEach((command, entry) => {
        if (list === 'rollback' && readRollback(command).kind !== 'command') return;
        for (const { kind, name } of clusterCalls(read(command)).flatMap(deletions)) {
          if (!LOSS[kind] || namedIn(phase.irreversible, kind, name)) continue;
          report.error(
            ['phases', index, list, entry],
            `deleting ${kind}/${name} ${LOSS[kind]}: name it under irreversible`,
          );
        }
      });
    }
  }
}

const LOSS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'may delete its data',
  PersistentVolume: 'may delete its data',
  CustomResourceDefinition: 'deletes every object of that kind in the cluster',
  Namespace: 'deletes everything in it',
  Project: 'deletes everything in it',
};

const isIrreversible = (m: Manifest): boolean => m.object.kind in LOSS;

/** `PersistentVolumeClaim/data`, or a sentence with its name in it. */
export const namedIn = (irreversible: readonly string[], kind: string, name: string): boolean =>
  irreversible.some((text) => text.includes(`${kind}/${name}`) || text.split(/[\s/"'`,;:()]+/).includes(name));

const recordOf = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

const TAKES_BACK = /^(delete|rollout undo|scale|patch|replace|apply|edit|set .*|annotate|label)$/;
/** `kubectl delete all` means these. */
const ALL = [
  'Pod',
  'ReplicationController',
  'Service',
  'DaemonSet',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'HorizontalPodAutoscaler',
  'Job',
  'CronJob',
  'DeploymentConfig',
  'BuildConfig',
  'Build',
  'ImageStream',
  'Route',
]; // prettier-ignore

async function coverage(subject: Subject, lines: readonly ShellLine[]): Promise<(m: Manifest) => boolean> {
  const { world } = subject;
  const tests: ((m: Manifest) => boolean)[] = [];
  for (const line of lines) {
    const calls = clusterCalls(line);
    for (const call of calls) {
      if (call.tool === 'helm') {
        if (/^(uninstall|delete|del|un|rollback)$/.test(call.verb)) tests.push((m) => m.from.rendered_by === 'helm');
        continue;
      }
      if (!TAKES_BACK.test(call.verb)) continue;
      tests.push(byWords(call, world.namespace), byPlace(call, line));
      for (const file of call.filenames.filter((f) => f !== '-')) tests.push(await byContent(subject, file));
    }
    // A script or a make target: pinned, shown to the approver as opaque, taken at its word.
    const opaque = line.calls.some(
      (c) =>
        /^(make|gmake|just|task|npm|pnpm|yarn|bash|sh|python3?)$/.test(c.program?.split('/').at(-1) ?? '') ||
        c.program?.includes('/') === true,
    );
    if (calls.length === 0 && opaque) tests.push(() => true);
  }
  return (m) => tests.some((test) => test(m));
}

function deletions(call: ClusterCall): { kind: string; name: string }[] {
  if (call.tool !== 'kubectl' || call.verb !== 'delete' || call.effect !== 'writes') return [];
  return Object.keys(LOSS).flatMap((kind) =>
    operandsOf(call).flatMap((o) => (kindIs(o.kind, kind) ? [{ kind, name: o.name ?? '(all)' }] : [])),
  );
}

/** `TYPE NAME NAME`, `TYPE/NAME …`, `TYPE,TYPE NAME`; no name where a selector or --all stands for it. */
export function operandsOf(call: ClusterCall): { kind: string; name: string | undefined }[] {
  const slashed = call.operands.filter((o) => o.includes('/'));
  if (slashed.length > 0) {
    return slashed.map((o) => {
      const at = o.indexOf('/');
      return { kind: o.slice(0, at), name: o.slice(at + 1) };
    });
  }
  const [kinds = '', ...names] = call.operands;
  const named = names.length > 0 ? names : [undefined];
  return kinds.split(',').flatMap((kind) => (kind === '' ? [] : named.map((name) => ({ kind, name }))));
}

function byWords(call: ClusterCall, namespace: string): (m: Manifest) => boolean {
  const operands = operandsOf(call);
  return ({ object }) => {
    const { name, labels = {}, namespace: own = namespace } = object.metadata;
    return operands.some((o) => {
      if (o.name !== undefined) {
        if (kindIs(o.kind, 'Namespace') && call.verb === 'delete' && o.name === own && !isNamespace(object))
          return true;
        return kindIs(o.kind, object.kind) && o.name === name;
      }
      const right = o.kind === 'all' ? ALL.includes(object.kind) : kindIs(o.kind, object.kind);
      return right && (call.every || call.selectors.some((selector) => selects(selector, labels)));
    });
  };
}

const selects = (selector: string, labels: Readonly<Record<string, string>>): boolean =>
  selector.split(',').every((term) => {
    const [key = '', value] = term.split(/==?/);
    return value === undefined ? key in labels : labels[key.trim()] === value.trim();
  });

/** `-f manifests/`, `-k overlay`, `kustomize overlay | kubectl delete -f -`. */
function byPlace(call: ClusterCall, line: ShellLine): (m: Manifest) => boolean {
  const piped = call.filenames.includes('-') ? [...line.files] : [];
  const places = [...call.filenames, ...call.kustomize, ...piped].map(plain);
  return ({ from }) => {
    const { file } = from;
    return file !== undefined && places.some((place) => place === plain(file) || file.startsWith(`${place}/`));
  };
}

const plain = (path: string): string => path.replace(/^(\.\/)+/, '').replace(/(?<!\/)\/+$/, '');

/** Another file with the same objects: `apply -f previous/web.yaml`. */
async function byContent({ world }: Subject, file: string): Promise<(m: Manifest) => boolean> {
  const text = await world.files.read(file).catch(() => undefined);
  const objects = text === undefined ? [] : readManifests(text).written.map((w) => called(w.object));
  return (m) => objects.includes(called(m.object));
}
