import { isRecord, type KubeObject, textAt } from '../kube-object.ts';

/** What the one word of a phase says. `open`: it may or may not mean ready; only who knows the kind can say. */
export type Word = { readonly field: string; readonly word: string; readonly says: 'good' | 'bad' | 'busy' | 'open' };

/** Words that can only mean that it is done and works. "Running" may mean "not finished", "Active" "not yet". */
const GOOD =
  /^(?:ready|healthy|succeeded|success|successful|complete|completed|available|bound|deployed|established|installed|provisioned|operational|compliant|valid|green|ok)$/i;
const BAD =
  /^(?:failed|failure|failing|error|errored|invalid|degraded|unhealthy|red|noncompliant|notvalid|crashed|aborted)$/i;
/** Whatever ends in -ing is under way, save these, which may be where it rests. */
const RESTS = /^(?:running|serving|listening|tracking|monitoring|watching|nothing)$/i;
const BUSY =
  /^(?:pending|\w*ing|in[_ -]?progress|queued|new|notready|not[_ ]ready|unavailable|yellow|scheduled|scal(?:ing|e)(?:up|down)|suspended|paused|stopped|unknown)$/i;

/** Where operators write that word. */
const FIELDS = [
  'phase',
  'state',
  'health',
  'status',
  'currentState',
  'currentStatus',
  'updateStatus',
  'overallStatus',
  'lastOperationStatus',
] as const;

/** The same as a boolean. */
const FLAGS = ['ready', 'healthy', 'available'] as const;

const sayingOf = (word: string): Word['says'] =>
  GOOD.test(word) ? 'good' : BAD.test(word) ? 'bad' : BUSY.test(word) && !RESTS.test(word) ? 'busy' : 'open';

/** Every phase word of the status, those that the kind's own columns print first. */
export function wordsOf(object: KubeObject, hinted: readonly string[] = []): Word[] {
  const words = [...new Set([...hinted, ...FIELDS])].flatMap((field): Word[] => {
    const here = isRecord(object.status) ? object.status[field] : undefined;
    const word = isRecord(here) ? textAt(here, 'status') || textAt(here, 'state') : textAt(object, 'status', field);
    return word === '' ? [] : [{ field, word, says: sayingOf(word) }];
  });
  const flags = FLAGS.flatMap((field): Word[] => {
    const flag = isRecord(object.status) ? object.status[field] : undefined;
    return typeof flag === 'boolean' ? [{ field, word: String(flag), says: flag ? 'good' : 'busy' }] : [];
  });
  return [...words, ...flags];
}
