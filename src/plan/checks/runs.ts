import { kindKey, selectorOf, textAt } from '../../objects/index.ts';
import type { KubeObject } from '../../objects/kube-object.ts';
import { readHealth } from '../health.ts';
import { imagesOf } from '../pods.ts';
import { isScaledToNothing, servedBy } from '../services.ts';
import { commandsOf } from '../types.ts';
import { called, type Placed, placed, type Subject, whereIs } from './subject.ts';

/** Something must run, and be looked at: an error where the plan's own words ask for what can't be, else a note. */
export function checkRuns(subject: Subject): void {
  const all = placed(subject.loaded);
  for (const one of all) {
    checkScaledToNothing(one, all, subject);
    checkSelectsNothing(one, all, subject);
  }
  checkStarted(all, subject);
  checkHealth(all, subject);
  checkLooks(subject);
}

function checkScaledToNothing(one: Placed, all: readonly Placed[], { loaded, report }: Subject): void {
  const { object } = one;
  if (!isScaledToNothing(object)) return;
  // KEDA scales up from 0; a HorizontalPodAutoscaler does not.
  const scaler = all.some(
    (other) =>
      other.object.kind === 'ScaledObject' &&
      textAt(other.object, 'spec', 'scaleTargetRef', 'name') === object.metadata.name,
  );
  if (scaler) return;
  const [path, where] = whereIs(one);
  const criterion = loaded.plan.phases
    .flatMap((phase) => phase.success_criteria)
    .find(
      (text) =>
        text.includes(called(object)) && /\b(ready|available|running|healthy)\b/i.test(text) && !/\b0\b/.test(text),
    );
  if (criterion === undefined)
    report.note(path, `${called(object)} asks for 0 replicas: nothing of it will run`, where);
  else
    report.error(
      path,
      `${called(object)} asks for 0 replicas, so "${criterion}" would say nothing about it; give it replicas, or say what is meant`,
      where,
    );
}

function checkSelectsNothing(one: Placed, all: readonly Placed[], { loaded, report }: Subject): void {
  const { object } = one;
  const selector = object.kind === 'Service' ? selectorOf(object) : undefined;
  if (selector === undefined || Object.keys(selector).length === 0) return;
  const served = servedBy(
    object,
    all.map((other) => other.object),
  );
  // What an operator makes has labels of its own: nothing here knows them.
  if (served.length > 0 || loaded.phases.some((p) => p.manifests.some((m) => m.from.rendered_by === 'helm'))) return;
  const [path, where] = whereIs(one);
  report.note(
    path,
    `${called(object)} selects no Pod of this plan: if nothing else has these labels, it has no endpoints`,
    where,
  );
}

/** Kinds that hold an image and start nothing by themselves. */
const DORMANT: ReadonlySet<string> = new Set(['CronJob.batch', 'PodTemplate']);
const isDormant = (object: KubeObject): boolean =>
  DORMANT.has(kindKey(object)) ||
  isScaledToNothing(object) ||
  (kindKey(object) === 'Job.batch' && Object(object.spec).suspend === true);

function checkStarted(all: readonly Placed[], { report }: Subject): void {
  const sure = (object: KubeObject) => imagesOf(object).flatMap(({ image, sure: known }) => (known ? [image] : []));
  const started = new Set(all.filter((one) => !isDormant(one.object)).flatMap((one) => sure(one.object)));
  for (const one of all.filter((other) => isDormant(other.object))) {
    for (const image of new Set(sure(one.object))) {
      if (started.has(image)) continue;
      const [path, where] = whereIs(one);
      report.note(
        path,
        `${called(one.object)}: no phase starts ${image}; only a bullet shows that it runs here`,
        where,
      );
    }
  }
}

function checkHealth(all: readonly Placed[], { loaded, report }: Subject): void {
  const { health } = loaded.plan.validation;
  const services = all.filter((one) => one.object.kind === 'Service').map((one) => one.object.metadata.name ?? '');
  const commands = commandsOf(health);
  if (commands.length === 0 || services.length === 0) return;
  const about = commands.some(
    (text) => readHealth(text) !== undefined || services.some((name) => text.split(/[^\w-]+/).includes(name)),
  );
  if (!about)
    report.note(
      ['validation', 'health'],
      `none of these asks a Service of this plan (${services.slice(0, 3).join(', ')}): write service/NAME:PORT/PATH`,
    );
}

/** What is only about this machine says nothing of the cluster. */
function checkLooks({ loaded, report, read }: Subject): void {
  const about = (path: readonly (string | number)[], commands: readonly string[]) => {
    commands.forEach((command, entry) => {
      if (readHealth(command) !== undefined) return;
      const why = looksAtNothing(command, read);
      if (why !== undefined) report.note([...path, entry], why);
    });
  };
  loaded.plan.phases.forEach((phase, index) => {
    about(['phases', index, 'validation_commands'], phase.validation_commands);
  });
  about(['validation', 'functional'], commandsOf(loaded.plan.validation.functional));
}

/** What a list that is empty, or a status that says little, comes to is checkProof's. */
function looksAtNothing(command: string, read: Subject['read']): string | undefined {
  const line = read(command);
  const programs = line.calls.map((call) => call.program?.split('/').at(-1) ?? '');
  return programs.length > 0 && programs.every((program) => LOCAL.has(program))
    ? 'it looks at this machine alone, and says nothing about what was deployed'
    : undefined;
}

const LOCAL: ReadonlySet<string> = new Set(['ls', 'git', 'test', '[', 'stat', 'file', 'cat', 'echo', 'pwd', 'date']);
