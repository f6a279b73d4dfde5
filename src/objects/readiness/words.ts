import { isRecord, type KubeObject, textAt } from '../kube-object.ts';

/** What the one word of a phase says. `open`: it may or may not mean ready; only who knows the kind can say. */
export type Word = { readonly field: string; readonly word: string; readonly says: 'good' | 'bad' | 'busy' | 'open' };

/** Words that can only mean that it is done and works. "Running" may mean "not finished", "Active" "not yet". */
const GOOD =
  /^(?:ready|healthy|succeeded|success|successful|complete|completed|available|bound|deployed|established|installed|provisioned|operational|compliant|valid|green|ok)$/i;
const BAD =
  /^(?:failed|failure|failing|error|errored|errors|invalid|degraded|unhealthy|red|noncompliant|notvalid|crashed|aborted|broken|rejected|denied)$/i;
/** Whatever ends in -ing is under way, save these, which may be where it rests. */
const RESTS = /^(?:\w*running|serving|listening|tracking|monitoring|watching|nothing)$/i;
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

/** `ReconcileFailed`, `Upgrade failed`, `ErrorSyncing`: the first or the last of several words says that it is bad. */
function isBad(word: string): boolean {
  const parts = word.split(/[\s_.:-]+|(?<=[a-z])(?=[A-Z])/);
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  return !/^(?:no|not|non|never|without)$/i.test(first) && (BAD.test(word) || BAD.test(first) || BAD.test(last));
}

const sayingOf = (word: string): Word['says'] =>
  GOOD.test(word)
    ? 'good'
    : isBad(word) || BAD.test(word)
      ? 'bad'
      : BUSY.test(word) && !RESTS.test(word)
        ? 'busy'
        : 'open';

/** Another field of the same kind: it counts when it says that something is bad now. */
const LIKE_A_PHASE = /^(?!last|previous|old|desired|backup|snapshot)\w+(?:Phase|State|Status|Health)$/;

/** Every phase word of the status, those that the kind's own columns print first. */
export function wordsOf(object: KubeObject, hinted: readonly string[] = []): Word[] {
  const words = [...new Set([...hinted, ...FIELDS])].flatMap((field): Word[] => {
    const here = isRecord(object.status) ? object.status[field] : undefined;
    const word = isRecord(here) ? textAt(here, 'status') || textAt(here, 'state') : textAt(object, 'status', field);
    return word === '' ? [] : [{ field, word, says: sayingOf(word) }];
  });
  const named = new Set(words.map(({ field }) => field));
  const others = Object.entries(isRecord(object.status) ? object.status : {}).flatMap(([field, word]): Word[] =>
    typeof word === 'string' && LIKE_A_PHASE.test(field) && !named.has(field) && sayingOf(word) === 'bad'
      ? [{ field, word, says: 'bad' }]
      : [],
  );
  const flags = FLAGS.flatMap((field): Word[] => {
    const flag = isRecord(object.status) ? object.status[field] : undefined;
    return typeof flag === 'boolean' ? [{ field, word: String(flag), says: flag ? 'good' : 'busy' }] : [];
  });
  return [...words, ...others, ...flags];
}
