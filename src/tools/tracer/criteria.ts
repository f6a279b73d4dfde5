import type { Renamed, Sight } from '../../apply/index.ts';
import type { Reader } from '../../cluster/index.ts';
import {
  alreadyTrueOn,
  needsPerson,
  neverHolds,
  type Predicate,
  parseCriteria,
  type Subject,
} from '../../criteria/index.ts';
import type { KubeObject } from '../../objects/index.ts';
import { type Refusal, refuse } from '../../workflow/index.ts';
import type { CriterionStanding } from './answer.ts';
import { readLogs } from './logs.ts';

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

/** One that holds on what the dry run answered would prove nothing: nobody has acted on it yet. */
export function alreadyTrue(predicates: readonly Predicate[], would: readonly KubeObject[]): Refusal | undefined {
  const early = predicates.find((predicate) => alreadyTrueOn(predicate, would));
  if (early === undefined) return undefined;
  return no(
    `"${early.text}" holds before anything has happened (on the dry run's result), so it would prove nothing; ask for what the cluster must do, e.g. "Pod reaches Running state"`,
  );
}

const no = (why: string): Refusal => refuse('BAD_INPUT', `success_criteria: ${why}.`);

/** Logs grow without telling anyone: they are read again so often. */
const LOGS_EVERY_MS = 700;

export function criteriaOver(reader: Reader, predicates: readonly Predicate[]): Criteria {
  const needsLogs = predicates.some((p) => p.needs.some((need) => need.kind === 'logs'));
  let logs: Readonly<Record<string, string>> = {};
  let readAt = 0;
  return {
    texts: predicates.map((p) => p.text),
    async standings(sight) {
      if (needsLogs && sight.now - readAt >= LOGS_EVERY_MS) {
        readAt = sight.now;
        logs = await readLogs(reader, sight.tree);
      }
      const view = {
        objects: sight.tree,
        events: sight.events,
        logs,
        gone: sight.absent.length > 0,
        known: sight.known,
      };
      return predicates.map((predicate) => {
        const { status, message } = predicate.holds(view);
        const standing = { text: predicate.text, holds: status === 'pass', because: message };
        return neverHolds(predicate, view) ? { ...standing, final: true } : standing;
      });
    },
  };
}
