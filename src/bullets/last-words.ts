import type { Sight } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { type Failure, restarts, textAt, waitsForOthers } from '../objects/index.ts';

/** The last lines say what a program ended of. */
const LINES = 20;
const BYTES = 16 * 1024;

/**
 * A container that crashes for good, by its status, may have said in its log that something it needs does not answer yet.
 * The kubelet passes that on only where the container asks for it (terminationMessagePolicy), so the log of the life
 * that ended is read. Such a crash has until the timeout. The log of each life is read once.
 */
export function lastWordsOf(
  reader: Pick<Reader, 'logs'>,
): (failure: Failure, sight: Pick<Sight, 'tree'>) => Promise<Failure> {
  const waits = new Map<string, boolean>();
  return async (failure, { tree }) => {
    const [wanted] = failure.needs_logs ?? [];
    if (!failure.final || wanted === undefined || !MAY_WAIT.has(failure.reason)) return failure;
    const pod = tree.find(({ kind, metadata }) => kind === 'Pod' && metadata.name === wanted.pod);
    if (pod === undefined || textAt(pod, 'status', 'phase') === 'Failed') return failure;
    const { namespace = '' } = pod.metadata;
    const life = [namespace, wanted.pod, wanted.container, restarts([pod])].join('/');
    if (!waits.has(life)) {
      const log = await reader.logs({ ...wanted, namespace, tailLines: LINES, limitBytes: BYTES });
      waits.set(life, log.ok && waitsForOthers(log.value));
    }
    return waits.get(life) === true ? { ...failure, final: false } : failure;
  };
}

/** It is started again by itself; what can't be started at all, or used too much memory, waits for nothing. */
const MAY_WAIT: ReadonlySet<string> = new Set(['CrashLoopBackOff', 'InitContainerFailed']);
