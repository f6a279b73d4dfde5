import { fieldIs } from './field.ts';
import { parseJsonPath } from './jsonpath.ts';
import { type Asked, anyPodStarted, endpoints, logs, quiet, replicas, unrestarted } from './observed.ts';
import { forEach, type Predicate } from './predicate.ts';
import { gone, present } from './presence.ts';
import { addressOf, conditionIs, isReady, phaseIs, stateNamed } from './states.ts';

export type Sentence = {
  /** How it is written, for people: the nearest ones are shown when a sentence isn't understood. */
  readonly form: string;
  /** Of the sentence without its subject. */
  readonly when: RegExp;
  readonly make: (asked: Asked, match: RegExpExecArray) => Predicate | undefined;
};

const VERB =
  '(?:reaches|reach|becomes|become|gets|get|gets to|goes|turns|enters|is|are|be|has|have|has been|have been|in|reports|report|shows|show|must be|should be|will be|must become|should become|must reach|should reach|comes|stays|status is|status|state is|phase is|=|:)';
const TAIL = '(?: (?:state|status|phase|condition|successfully|again|in time|(?:with)?in .*|after .*|before .*))*';

const unquoted = (text: string): string => text.replace(/^(["'`])([\s\S]*)\1$/, '$2');

/** In order: the first that matches and can be made is taken. */
export const SENTENCES: readonly Sentence[] = [
  {
    form: 'logs contain "text"',
    when: /^(?:the )?logs? (?:must |should )?(?:contains?|includes?|shows?|says?|prints?|has|have|with) (?:the (?:line|text|message|words?) )?(.+)$/is,
    make: (asked, m) => logs(asked, unquoted(m[1] ?? ''), true),
  },
  {
    form: 'logs do not contain "text"',
    when: /^(?:the )?logs? (?:must |should )?(?:(?:do|does|must|should) not|don't|doesn't|never|have no|has no|contain no|without) ?(?:contain|include|show|say|print|have)?s? ?(.+)$/is,
    make: (asked, m) => logs(asked, unquoted(m[1] ?? ''), false),
  },
  {
    form: 'Service has endpoints',
    when: /^(?:has|have|gets|with) (?:(?:at least )?(\d+) |ready |any |some )?(?:ready )?(?:endpoints?|addresses|backends?)$/i,
    make: (asked, m) => endpoints(asked, Number(m[1] ?? 1)),
  },
  {
    form: 'Service has an address',
    when: /^(?:has|have|gets?|is given) (?:an? )?(?:external |load balancer )?(?:address|ip|hostname|host|external ip)$/i,
    make: ({ text, target }) => forEach(text, target, addressOf),
  },
  {
    form: '3 replicas ready',
    when: /^(?:has |have |with )?(?:at least )?(\d+)(?:\s*(?:\/|of)\s*\d+)? (?:replicas?|instances?|pods?|nodes?|members?|brokers?)?(?: (?:are|is|become|get))? ?(?:ready|available|running|up)$/i,
    make: (asked, m) => replicas(asked, Number(m[1])),
  },
  {
    form: '3 replicas ready',
    when: /^(?:has |have |with )?(?:at least )?(\d+)(?:\s*(?:\/|of)\s*\d+)? (?:ready|available|running) (?:replicas?|instances?|pods?|nodes?|members?|brokers?)$|^(?:has |have |with )?(\d+)\/\2 (?:replicas?|instances?|pods?)$/i,
    make: (asked, m) => replicas(asked, Number(m[1] ?? m[2])),
  },
  {
    form: 'all replicas ready',
    when: /^(?:has |have |with )?all (?:of its |its )?(?:replicas|instances|pods|nodes|members|brokers)(?: (?:are|become|get))? (?:ready|available|running|up)$/i,
    make: ({ text, target }) => forEach(text, target, isReady),
  },
  {
    form: 'no restarts',
    when: /^(?:has |have |with )?(?:no|zero|0) (?:container |pod )?restarts$|^(?:does not|do not|never|doesn't) restarts?$/i,
    make: (asked) => unrestarted(asked),
  },
  {
    form: 'image pulled',
    when: /^(?:the )?(?:images?|containers?) (?:(?:is|are|can be|could be|gets|was|were|has been) )?(?:pulled|pulls|started|starts|run|runs|pulled and started)$/i,
    make: (asked) => anyPodStarted(asked),
  },
  {
    form: 'no Warning events',
    when: /^(?:has |have |with )?no warnings?(?: events?)?$/i,
    make: (asked) => quiet(asked),
  },
  {
    form: 'Secret exists',
    when: /^(?:exists?|is created|are created|is there|are there|gets created|is present|has been created|created|appears?)$/i,
    make: ({ text, target }) => present(text, target),
  },
  {
    form: 'Pod is gone',
    when: /^(?:(?:is|are|gets?) )?(?:gone|deleted|removed|absent)$|^(?:does not|do not|doesn't|no longer) exists?$|^disappears?$/i,
    make: ({ text, target }) => gone(text, target),
  },
  {
    form: 'condition Ready is True',
    when: /^(?:has )?(?:the )?condition "?([\w./-]+)"?(?: ?(?:=|==|is|:) ?"?(true|false|unknown)"?)?$/i,
    make: ({ text, target }, m) => forEach(text, target, (o) => conditionIs(o, m[1] ?? '', m[2] ?? 'True')),
  },
  {
    form: 'phase is "Running"',
    when: /^(?:has )?(?:the |its )?(?:phase|state|status|health)(?: (?:is|becomes|reaches|equals)| ?=+| ?:)? ?["'`]([^"'`]+)["'`]$/i,
    make: ({ text, target }, m) => forEach(text, target, (o) => phaseIs(o, m[1] ?? '')),
  },
  {
    form: 'status.phase is Running',
    when: /^\{?(\.?(?:status|spec|metadata|data)(?:\.[\w\\/-]+|\[[^\]]+\])+)\}? ?(?:==|=|is|equals|becomes|reaches) ?(.+)$/i,
    make: ({ text, target }, m) => {
      const path = parseJsonPath(m[1] ?? '');
      return path === undefined
        ? undefined
        : forEach(text, target, (o) => fieldIs(o, path, unquoted((m[2] ?? '').trim())));
    },
  },
  {
    form: 'Cluster reaches "Cluster in healthy state" state',
    when: new RegExp(`^(?:${VERB} )+(?:the )?["'\`]([^"'\`]+)["'\`]${TAIL}$`, 'i'),
    make: ({ text, target }, m) => forEach(text, target, (o) => stateNamed(m[1] ?? '')(o)),
  },
  {
    form: 'Deployment rolls out',
    when: new RegExp(
      `^(?:${VERB} )*(?:fully |successfully |completely )?(rolls out|rolled out|up and running|in sync)${TAIL}$`,
      'i',
    ),
    make: ({ text, target }, m) => forEach(text, target, stateNamed(m[1] ?? '')),
  },
  {
    form: 'Cluster reaches Ready state',
    when: new RegExp(`^(?:${VERB} )+(?:a |an |the |fully |successfully )*([\\w-]+)${TAIL}$`, 'i'),
    make: ({ text, target }, m) =>
      isStateWord(m[1] ?? '', true) ? forEach(text, target, stateNamed(m[1] ?? '')) : undefined,
  },
  {
    form: 'Deployment available',
    when: new RegExp(`^(?:successfully )?([\\w-]+)${TAIL}$`, 'i'),
    make: ({ text, target }, m) =>
      isStateWord(m[1] ?? '', false) ? forEach(text, target, stateNamed(m[1] ?? '')) : undefined,
  },
];

const KNOWN =
  /^(ready|available|running|up|started|starts|pulled|bound|binds|completes?|completed|succeeds|succeeded|finishes|finished|done|successful|healthy|green|admitted|accepted|active|synced|reconciled|established|programmed|installed|deployed|scheduled|initialized|issued|failed|pending)$/i;
const NOT_STATES =
  /^(true|false|ok|fine|good|working|correct|not|it|there|fast|secure|stable|reachable|accessible|responsive|responding)$/i;

/** After a verb a capitalised word may be a condition or phase of the object's own; alone, only known words count. */
const isStateWord = (word: string, verb: boolean): boolean =>
  KNOWN.test(word) || (verb && /^[A-Z][A-Za-z]{2,}$/.test(word) && !NOT_STATES.test(word));
