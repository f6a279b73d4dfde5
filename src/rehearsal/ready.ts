import { settle } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { WritingRun } from '../engine/tool.ts';
import { isStoredOnly, type KubeObject, mayStay, readiness } from '../objects/index.ts';
import { failureOf } from '../phases/failure-of.ts';

/**
 * Waits until what was applied is ready, or its time is up; answers what is not, in words. What nobody can judge by itself
 * (a custom resource without conditions) is not waited for: its phase's gate has judged the original.
 */
export async function awaitReady(
  run: WritingRun,
  reader: Reader,
  roots: readonly KubeObject[],
  timeoutMs: number,
): Promise<readonly string[]> {
  if (roots.length === 0) return [];
  let open: readonly string[] = [];
  const since = Date.now();
  await settle<'seen'>(reader, {
    roots,
    timeoutMs,
    signal: run.signal,
    progress: (message) => run.progress(`rehearsal: ${message}`),
    async evaluate(sight) {
      const readings = sight.roots
        .filter((root) => !isStoredOnly(root, sight.known(root)))
        .map((root) => ({ root, reading: readiness(root, sight.known(root)) }))
        // What may rightly stay as it is was judged by a criterion of its phase's gate.
        .filter(({ reading }) => (reading.status === 'waiting' || reading.status === 'failed') && !mayStay(reading));
      open = [
        ...readings.map(({ root, reading }) => {
          const why = failureOf(root, sight, since);
          return `${root.kind}/${root.metadata.name}: ${why === undefined ? reading.message : `${why.reason}: ${why.message}`}`;
        }),
        ...sight.absent.map((ref) => `${ref.kind}/${ref.name} is not there any more`),
      ];
      const final = readings.some(({ reading }) => reading.status === 'failed' && reading.final);
      return open.length === 0 || final ? { kind: 'decided', value: 'seen' } : { kind: 'waiting', for: open[0] ?? '' };
    },
  });
  return open;
}
