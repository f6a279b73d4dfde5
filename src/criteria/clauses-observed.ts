import { type Clause, type Made, made, NEGATIONS, problem } from './clause.ts';
import { type Cursor, phrases } from './cursor.ts';
import { literal, logs, unwanted, type Wanted } from './logs.ts';
import { type Asked, anyPodStarted, quiet, unrestarted } from './observed.ts';
import type { Subject } from './predicate.ts';
import { subjectPhrase } from './subject-phrase.ts';
import { endOfValue } from './values.ts';

const LOGS = phrases('logs|log|the logs|the log|its logs|its log|log output|the log output');
const CONTAIN = phrases(
  'contain|contains|include|includes|show|shows|say|says|print|prints|have|has|mention|mentions|with|report|reports|must contain|should contain|must include|should include|must show|should show|contains the|output|outputs|record|records',
);
const TEXT = phrases(
  'the line|the lines|the text|the message|the messages|the word|the words|the phrase|the string|line|text|message|the|a line|a message|a line with|lines with',
);
const NONE = phrases('no|zero|0|without|without any');
const ANY = phrases('any|a|an|a single|one');

function logsClause(c: Cursor, subjects: readonly Subject[]): Made | undefined {
  c.skip(phrases('in|has'));
  if (c.eat(LOGS) === undefined) return undefined;
  const of = c.eat(OF) === undefined ? {} : logsOf(c, subjects);
  const said = of === undefined ? undefined : whatLogs(c, subjects);
  if (of === undefined || said?.kind !== 'made') return said;
  return made((asked) => said.make({ ...asked, ...of }), said.implied);
}

/** `of Deployment web`, `of all pods`, `of container app in Pod web-1`. Nothing where it can't be told whose they are. */
function logsOf(c: Cursor, subjects: readonly Subject[]): Partial<Asked> | undefined {
  const named = c.peek(1);
  const isContainer = c.isNext(phrases('container')) && (named.kind === 'word' || named.kind === 'quoted');
  if (isContainer) {
    c.take();
    c.take();
    if (c.eat(OF) === undefined) return { container: named.text };
  }
  const each = c.isNext(phrases('all|every|each'));
  const whose = subjectPhrase(c, subjects, []);
  const [target, second] = whose?.ok === true ? whose.targets : [];
  if (target === undefined || second !== undefined) return undefined;
  return { target, each, ...(isContainer ? { container: named.text } : {}) };
}

const OF = phrases('of|from|for|in');

function whatLogs(c: Cursor, subjects: readonly Subject[]): Made | undefined {
  c.skip(phrases('must|should|will|eventually|output|lines'));
  let not = c.eat(NEGATIONS) !== undefined;
  if (c.eat(CONTAIN) === undefined && !c.isNext(NONE)) return undefined;
  if (c.eat(NONE) !== undefined) not = true;
  if (c.eat(phrases('neither|neither of')) !== undefined) not = true;
  if (not) c.skip(ANY);
  else c.skip(phrases('either|either of|both|all of'));
  c.eat(TEXT);
  if (!not && c.isNext(HOW_OFTEN))
    return problem('how often a text is in the logs, or which line it is, is not looked at', () => [
      'logs contain "text"',
      'logs contain "ready" or "listening"',
    ]);
  return textsNext(c, subjects, not);
}

const HOW_OFTEN = phrases(
  'at least|at most|more than|less than|fewer than|exactly|only|up to|no more than|no less than|nothing|something|anything|everything',
);

/** `no errors in the logs`, `"ready" appears in the logs`. */
function inLogs(c: Cursor): Made | undefined {
  c.skip(phrases('there are|there is|has|have|shows|show'));
  const not = c.eat(phrases('no|zero|0|without|not any')) !== undefined;
  const first = c.peek();
  if (first.kind !== 'quoted' && !(not && first.kind === 'word')) return undefined;
  c.take();
  c.skip(
    phrases(
      'messages|lines|message|line|entries|is|are|appears|appear|shows up|show up|is found|is printed|must appear|should appear|is written',
    ),
  );
  if (c.eat(phrases('in|to|into')) === undefined) return undefined;
  if (c.eat(LOGS) === undefined) return undefined;
  const { text } = first;
  return made((asked) => logs(asked, [not ? unwanted(text) : literal(text)], !not), 'whole');
}

/** A quoted text, several with "or", or, unquoted, what follows up to the next criterion. */
function textsNext(c: Cursor, subjects: readonly Subject[], not: boolean): Made | undefined {
  const of = (text: string): Wanted => (not ? unwanted(text) : literal(text));
  if (c.peek().kind !== 'quoted') {
    const from = c.mark();
    const end = endOfValue(c, subjects, subjectPhrase);
    const text = c.between(from, end);
    if (text === '' || (!not && text.length < 2)) return undefined;
    if (/["`“”]/.test(text)) {
      const quoted = [...text.matchAll(/["`“]([^"`“”]+)["`”]/g)].map((match) => match[1] ?? '');
      return problem(`"${text}" is only in part in quotes: put what the logs contain in quotes`, () =>
        quoted.map((one) => `logs ${not ? 'do not contain' : 'contain'} ${JSON.stringify(one)}`),
      );
    }
    const parts = text.split(not ? /,? (?:or|and|nor) (?:any )?|, / : / or /);
    if (!not && parts.length > 1) {
      return problem(`"${text}" may be one text or several: put what the logs contain in quotes`, () => [
        `logs contain ${parts.map((p) => JSON.stringify(p)).join(' or ')}`,
        `logs contain ${JSON.stringify(text)}`,
      ]);
    }
    return made((asked) => logs(asked, parts.map(of), !not), 'whole');
  }
  const texts = [c.take().text];
  for (;;) {
    const before = c.mark();
    const joined = c.eat(phrases('or|nor|and|,|, and|, or|and also'));
    if (joined === undefined) break;
    if (joined === ',' && c.peek().kind !== 'quoted') {
      c.reset(before);
      break;
    }
    if (c.peek().kind !== 'quoted') {
      c.reset(before);
      break;
    }
    texts.push(c.take().text);
    if (!not && joined !== 'or' && joined !== ', or') {
      return problem('two texts that must both be in the logs are two criteria', () =>
        texts.map((t) => `logs contain ${JSON.stringify(t)}`),
      );
    }
  }
  if (texts.some((text) => text.trim() === '')) return undefined;
  return made((asked) => logs(asked, texts.map(of), !not), 'whole');
}

const HAS = phrases('has|have|with|there are|there is|shows|show|reports|report|must have|should have|had');
const NO_RESTARTS = phrases(
  "no restarts|zero restarts|0 restarts|no container restarts|no pod restarts|zero container restarts|0 container restarts|zero pod restarts|0 pod restarts|does not restart|do not restart|never restarts|never restart|doesn't restart|don't restart|without restarts|without any restarts|without restarting|no restart|no restarts at all|has not restarted|have not restarted|must not restart",
);
const NO_WARNINGS = phrases(
  'no warnings|no warning events|no warning|no warning event|without warnings|without warning events|zero warning events|0 warning events|zero warnings|0 warnings',
);
const NO_ERRORS = phrases(
  'no errors|no error|zero errors|0 errors|without errors|without error|no failures|without failures',
);

function restartsClause(c: Cursor): Made | undefined {
  c.skip(HAS);
  return c.eat(NO_RESTARTS) === undefined ? undefined : made(unrestarted, 'whole');
}

function warningsClause(c: Cursor): Made | undefined {
  c.skip(HAS);
  return c.eat(NO_WARNINGS) === undefined ? undefined : made(quiet, 'whole');
}

/** Errors of what? It is asked. */
function errorsClause(c: Cursor): Made | undefined {
  c.skip(HAS);
  const said = c.eat(NO_ERRORS);
  if (said === undefined) return undefined;
  return problem(`"${said}" doesn't say where they would be seen`, () => [
    'logs contain no errors',
    'no Warning events',
    'no restarts',
  ]);
}

const IMAGE = phrases(
  'image|images|the image|the images|container|containers|the container|the containers|its image|its images|its container|its containers',
);
const PULLED = phrases('pulled|pulls|started|starts|start|run|runs|pulled and started|pull|running');

function imageClause(c: Cursor): Made | undefined {
  if (c.eat(IMAGE) === undefined) return undefined;
  c.skip(phrases('is|are|can be|could be|gets|get|was|were|has been|have been|must be|should be|successfully|be'));
  return c.eat(PULLED) === undefined ? undefined : made(anyPodStarted, 'whole');
}

export const OBSERVED_CLAUSES: readonly Clause[] = [
  {
    name: 'logs',
    forms: [
      'logs contain "text"',
      'logs contain "ready" or "listening"',
      'logs do not contain "panic"',
      'logs contain no errors',
    ],
    means:
      'a container of it has written this text, as it is; several with "or". That something is not there is judged whatever its case, and errors, warnings, exceptions and panics by the words programs use for them. Two texts that must both be there are two criteria',
    parse: logsClause,
  },
  {
    name: 'in logs',
    forms: ['no errors in the logs', '"listening" appears in the logs'],
    means: 'the same, the other way round',
    parse: inLogs,
  },
  {
    name: 'restarts',
    forms: ['no restarts'],
    means: 'its Pods have started, and no container was restarted',
    parse: restartsClause,
  },
  {
    name: 'warnings',
    forms: ['no Warning events'],
    means: 'no event of type Warning about any of it; in a bullet only beside another criterion',
    parse: warningsClause,
  },
  { name: 'errors', forms: [], means: '', parse: errorsClause },
  {
    name: 'images',
    forms: ['image pulled'],
    means: 'every Pod of it has pulled its images and started its containers',
    parse: imageClause,
  },
];
