import type { Renamed, Sight } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import {
  alreadyTrueOn,
  needsPerson,
  neverHolds,
  type Predicate,
  parseCriteria,
  proofOf,
  type Subject,
  trueOnceScheduled,
} from '../criteria/index.ts';
import type { KubeObject } from '../objects/index.ts';
import { type Proof, type Refusal, refuse, strongest } from '../workflow/index.ts';
import { readLogs } from './logs.ts';
import { namedObjects } from './named-objects.ts';
import type { CriterionStanding } from './standing.ts';

/** The success criteria of a shot over what is seen of it. Logs are read only where a criterion is about them. */
export type Criteria = {
  readonly texts: readonly string[];
  standings(sight: Sight): Promise<readonly CriterionStanding[]>;
};

/** What criteria may be about, before the objects have their fresh names and after. */
export const subjectsOf = (objects: readonly KubeObject[], names: Renamed['names'] = []): Subject[] =>
  objects.map((object) => {
    const { name = '', namespace } = object.metadata;
    const was = names.find((n) => n.kind === object.kind && n.to === name)?.from;
    return {
      kind: object.kind,
      name,
      apiVersion: object.apiVersion,
      ...(namespace === undefined ? {} : { namespace }),
      ...(was === undefined ? {} : { was }),
    };
  });

/** Parsed before anything is created; what can't be understood is refused with the nearest forms. */
export function readCriteria(
  text: string | readonly string[],
  subjects: readonly Subject[],
): { readonly predicates: readonly Predicate[] } | Refusal {
  const parsed = parseCriteria(text, { subjects });
  if (!parsed.ok) return no(parsed.errors.join('; '));
  const attested = parsed.predicates.find(needsPerson);
  if (attested !== undefined) {
    return no(`"${attested.text}" is for a person; a bullet is judged by what the cluster shows`);
  }
  // Silence holds before anything has happened.
  if (parsed.predicates.every((p) => p.needs.every((need) => need.kind === 'events'))) {
    return no('that nothing is complained about proves nothing by itself; say what must happen, too');
  }
  return { predicates: parsed.predicates };
}

/**
 * One that holds on what the dry run answered, or of the object as the API server stores it anyway, proves nothing:
 * nothing has acted on it. Of an image, neither does what holds once a node was chosen.
 */
export function alreadyTrue(
  predicates: readonly Predicate[],
  would: readonly KubeObject[],
  about: readonly string[] = [],
): Refusal | undefined {
  const early = predicates.find((predicate) => alreadyTrueOn(predicate, would));
  if (early !== undefined) {
    return no(
      `"${early.text}" holds before anything has happened (on the dry run's result, with what the API server sets by itself), so it would prove nothing; ask for what the cluster must do, e.g. "Pod reaches Running state"`,
    );
  }
  const image = about.find((subject) => subject.startsWith('image:'));
  if (image === undefined || !predicates.every((predicate) => trueOnceScheduled(predicate, would))) return undefined;
  const texts = predicates.map((predicate) => `"${predicate.text}"`).join(' and ');
  return no(
    `${texts} holds as soon as a node was chosen, before ${image} was pulled or started; ask for a started container, e.g. "Pod reaches Running state"`,
  );
}

/** The most that any of them shows. */
export const proofOfAll = (predicates: readonly Predicate[], would: readonly KubeObject[]): Proof | undefined =>
  strongest(predicates.map((predicate) => proofOf(predicate, would)));

const no = (why: string): Refusal => refuse('BAD_INPUT', `success_criteria: ${why}.`);

/** Logs grow without telling anyone: they are read again so often. */
const LOGS_EVERY_MS = 700;

export function criteriaOver(reader: Reader, predicates: readonly Predicate[]): Criteria {
  const needsLogs = predicates.some((p) => p.needs.some((need) => need.kind === 'logs'));
  let logs: Readonly<Record<string, string>> = {};
  let readAt = 0;
  let began: number | undefined;
  const heldAt = new Map<Predicate, number>();
  const named = namedObjects(reader, predicates);
  return {
    texts: predicates.map((p) => p.text),
    async standings(sight) {
      if (needsLogs && sight.now - readAt >= LOGS_EVERY_MS) {
        readAt = sight.now;
        logs = await readLogs(reader, sight.tree);
      }
      began ??= sight.now;
      const elapsed = sight.now - began;
      const view = {
        objects: [...sight.tree, ...(await named(sight))],
        events: sight.events,
        logs,
        gone: sight.absent.length > 0,
        known: sight.known,
      };
      return predicates.map((predicate) => {
        // A time limit is kept by when it first held: later it only has to hold still.
        const elapsedMs = heldAt.get(predicate) ?? elapsed;
        const { status, message } = predicate.holds({ ...view, elapsedMs });
        if (status === 'pass' && !heldAt.has(predicate)) heldAt.set(predicate, elapsed);
        const standing = { text: predicate.text, holds: status === 'pass', because: message };
        const isLate = predicate.withinMs !== undefined && elapsedMs > predicate.withinMs && status !== 'pass';
        return isLate || neverHolds(predicate, view) ? { ...standing, final: true } : standing;
      });
    },
  };
}
