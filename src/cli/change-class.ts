import type { Engine } from '../engine/index.ts';
import { imagesOf, isRecord, type KubeObject } from '../objects/index.ts';
import { print, printError } from '../print/index.ts';
import { type Allowance, allowanceWords, canonical, type Deployment, plan, repositoryOf } from '../workflow/index.ts';
import { EXIT } from './exit.ts';
import { identify, lastCompletedHere } from './person.ts';
import { ask } from './terminal.ts';

export type ClassOptions = {
  readonly image: readonly string[];
  readonly replicas: readonly string[];
  readonly value: readonly string[];
  readonly days: string;
  readonly end?: string;
};

/**
 * infragate approve --class: a person approves changes of a completed deployment before they are known. Each is named
 * with its object and its limits; a plan with anything else in it is asked about as ever.
 */
export async function approveClass(engine: Engine, id: string | undefined, options: ClassOptions): Promise<number> {
  const d = await lastCompletedHere(engine, id);
  if (typeof d === 'number') return d;
  const objects = await objectsOf(engine, d);
  const read = await allowancesOf(options, objects);
  if (typeof read === 'string') {
    printError(read);
    return EXIT.wrongUse;
  }
  const days = options.end === undefined ? Number(options.days) : 0;
  const ends = options.end;
  const shown = ends === undefined ? read : (d.classes.findLast((c) => c.id === ends)?.allows ?? []);
  print(
    `${ends === undefined ? 'A class of changes' : `The end of the class ${ends}`} of ${d.started.component} in ${d.target.namespace} (made for ${d.id}):`,
  );
  for (const one of shown) print(`- ${allowanceWords(one)}`);
  if (ends === undefined)
    print(`For ${days} day(s), plans that change nothing else are approved without a question. All gates stay.`);
  const who = await identify(engine, d);
  if (!who.ok) return who.exit;
  const word = ends === undefined ? 'approve' : 'end';
  const typed = await ask(`Type "${word} ${d.started.component}" to decide: `);
  if (typed.trim() !== `${word} ${d.started.component}`) {
    printError('Nothing was decided.');
    return EXIT.no;
  }
  const { actor, signer } = who;
  const replaces = ends === undefined ? {} : { replaces: ends };
  const done = await engine.preapprove({ deployment: d.id, allows: read, days, actor, signer, ...replaces });
  if (!done.ok) {
    printError(done.refusal.message);
    return EXIT.no;
  }
  const now = await engine.read(d.id);
  const made = now.ok ? now.deployment.classes.at(-1) : undefined;
  print(ends === undefined ? `Class ${made?.id}, until ${made?.until}.` : `Class ${ends} has ended.`);
  return EXIT.done;
}

/** The objects of the plan that was completed. */
async function objectsOf(engine: Engine, d: Deployment): Promise<readonly KubeObject[]> {
  const body = plan(d)?.body;
  const found = body === undefined ? undefined : await engine.evidence(body);
  const stored: unknown = found === undefined ? undefined : JSON.parse(found.text);
  const phases = isRecord(stored) && isRecord(stored.loaded) ? stored.loaded.phases : [];
  return (Array.isArray(phases) ? phases : []).flatMap((p) => Object(p).manifests ?? []).map((m) => Object(m).object);
}

/** `Deployment/web`, `Deployment/web=1-5`, `ConfigMap/settings=LOG_LEVEL` → what is allowed, or what is wrong. */
async function allowancesOf(
  { image, replicas, value, end }: ClassOptions,
  objects: readonly KubeObject[],
): Promise<readonly Allowance[] | string> {
  if (end !== undefined) return [];
  const { parseReference } = await import('../images/index.ts');
  const named = (name: string) => objects.find((o) => `${o.kind}/${o.metadata.name}` === name);
  const found: Allowance[] = [];
  for (const object of image) {
    const live = named(object);
    const used = live === undefined ? [] : imagesOf(live).map((i) => i.image);
    if (used.length === 0) return `--image: the plan has no ${object} with an image; name it as Kind/name.`;
    for (const one of used) {
      const parsed = parseReference(one);
      if (parsed.ok) found.push({ kind: 'image', object, repository: repositoryOf(parsed.reference.canonical) });
    }
  }
  for (const text of replicas) {
    const [object = '', range = ''] = text.split('=');
    const limits = /^(\d{1,4})-(\d{1,4})$/.exec(range);
    const [least, most] = [Number(limits?.[1] ?? -1), Number(limits?.[2] ?? -1)];
    if (named(object) === undefined || limits === null || least > most)
      return `--replicas: expected Kind/name=LEAST-MOST of an object of the plan, not ${text}.`;
    found.push({ kind: 'replicas', object, least, most });
  }
  for (const text of value) {
    const [object = '', key = ''] = text.split('=');
    const live = named(object);
    if (live?.kind !== 'ConfigMap' || !isRecord(live.data) || live.data[key] === undefined)
      return `--value: expected ConfigMap/name=KEY of the plan, not ${text}.`;
    found.push({ kind: 'value', object, key });
  }
  const distinct = [...new Map(found.map((one) => [canonical(one), one])).values()];
  return distinct.length > 0 ? distinct : 'A class names at least one --image, --replicas or --value.';
}
