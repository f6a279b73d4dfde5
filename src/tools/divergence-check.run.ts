import { tmpdir } from 'node:os';
import {
  capabilitiesOf,
  createWorld,
  divergenceSubject,
  gatherFacts,
  type SourceName,
  sourceSlug,
  sourceSubject,
  textSource,
  type World,
} from '../assumptions/index.ts';
import type { Reader } from '../cluster/index.ts';
import type { Asked, Divergence, DocumentReader, LoadError, Loaded } from '../documents/index.ts';
import { observation, stamp } from '../engine/observe.ts';
import type { ReadingRun, ToolRun } from '../engine/tool.ts';
import {
  type Deployment,
  type FactOf,
  fail,
  type Item,
  itemsOf,
  liveDivergences,
  pass,
  type Refusal,
  refuse,
  unknown,
  type Verdict,
} from '../workflow/index.ts';
import { compared } from './divergence-answer.ts';
import type { Output } from './divergence-check.answer.ts';
import type { Input } from './divergence-check.ts';
import { imageFacts } from './image-facts.ts';
import { claim, numbering } from './items.ts';

const VIA = 'divergence-check';

/** Reads the document, asks the cluster, compares; in a deployment the latest reading of a source is what counts. */
export const run: ToolRun<'divergence-check', Input, Output> = async (input, run) => {
  const d = run.deployment === undefined ? undefined : await run.current();
  const workspace = d?.started.workspace ?? run.workspace;
  if (d !== undefined && input.namespace !== undefined && input.namespace !== d.target.namespace) {
    const message = `namespace: in a deployment a document is compared with its target, ${d.target.namespace}`;
    return { kind: 'refusal', refusal: refuse('BAD_INPUT', message) };
  }
  const given = sourceOf(input.upstream_source, workspace);
  const { load, readDocument } = await import('../documents/index.ts');
  const reader = await run.reader();

  const text = given.source.form === 'text' ? (given.text ?? (await run.get(given.source.locator))) : undefined;
  if (given.source.form === 'text' && text === undefined) {
    return badSource(`this ledger holds no ${given.source.name}; pass the text itself`);
  }
  run.progress(`reading ${given.source.form === 'text' ? 'the text' : given.source.name}`);
  const loaded = await load(text ?? given.source.locator, {
    workspace,
    policy: { allowHosts: run.policy.document_hosts },
    render: rendering(reader, d?.target.namespace ?? input.namespace ?? 'default'),
  });
  const source = given.source;
  const unread = async (error: LoadError) => {
    if (d !== undefined) await run.record(...(await unreadable(run, d, source, error)));
    return badSource(`${error.reason}: ${error.message}`);
  };
  if (!loaded.ok) return unread(loaded);
  const tooComplex = (message: string) => unread({ ...loaded, ok: false, reason: 'TooComplex', message });
  if (d !== undefined && text !== undefined) await run.put(text, 'text/plain');

  const document = await readDocument(loaded.parts);
  if (!document.ok) return tooComplex(document.message);
  const features =
    d === undefined ? unique(input.features_to_verify ?? []) : featuresOf(d, source, input.features_to_verify ?? []);
  const namespace = d?.target.namespace ?? input.namespace ?? 'default';
  const world = createWorld(reader, namespace);
  const { local_environment: localEnvironment } = input;
  const read = await comparing(run, world, document.value, {
    features,
    ...(localEnvironment === undefined ? {} : { localEnvironment }),
  });
  if (!read.outcome.ok) return tooComplex(read.outcome.message);
  const found = read.outcome.value;

  const reading = {
    source,
    digest: loaded.digest,
    read_at: loaded.read_at,
    changed: d === undefined ? undefined : await changedSince(run, d, source, loaded),
  };
  const selection = {
    ...(input.rule === undefined ? {} : { rule: input.rule }),
    ...(input.page === undefined ? {} : { page: input.page }),
  };
  if (d !== undefined) {
    const refusal = await recordReading(run, d, source, loaded, document.value.contents.understood, found, features);
    if (refusal !== undefined) return { kind: 'refusal', refusal };
  }
  return {
    kind: 'answer',
    value: compared(
      found,
      { ...reading, understood: document.value.contents.understood },
      read.facts,
      loaded.notes,
      selection,
    ),
  };
};

/** As helm would install it here: templates ask which Kubernetes this is, and what it serves. */
const rendering = (reader: Reader, namespace: string) => async (chart: string) => {
  const { renderChart } = await import('../commands/index.ts');
  const capabilities = await capabilitiesOf(reader);
  const cwd = tmpdir();
  return renderChart({ chart, release: 'release', namespace, values: [], cwd, ...capabilities });
};

async function comparing(run: ReadingRun, world: World, document: DocumentReader, asked: Asked) {
  try {
    run.progress(`asking the cluster, and registries about ${Math.min(30, document.contents.images.length)} images`);
    const facts = await gatherFacts(world, await imageFacts(run, world, document.contents.images));
    return { facts, outcome: await document.compare(asked, facts) };
  } finally {
    await document.close();
  }
}

const badSource = (message: string) =>
  ({ kind: 'refusal', refusal: refuse('BAD_INPUT', `upstream_source: ${message}`) }) as const;
const unique = (texts: readonly string[]) => [...new Set(texts.map((t) => t.trim()).filter((t) => t !== ''))];

/** What can't be a URL or a path that is there is text, if it reads like one; else load says what is wrong with it. */
function sourceOf(given: string, workspace: string): { source: SourceName; text?: string } {
  const read = sourceSubject(given, workspace);
  if (read.ok) return { source: read };
  if (/\s/.test(given.trim())) return { source: textSource(given), text: given };
  const name = given.trim();
  return { source: { ok: true, form: 'path', subject: `source:${name}`, name, locator: name } };
}

const featurePrefix = (source: SourceName) => `feature:${sourceSlug(source.subject)}/`;

/** The union of what was ever asked about this source, less what was retired since. */
function featuresOf(d: Deployment, source: SourceName, asked: readonly string[]): string[] {
  const before = itemsOf(d, 'feature')
    .filter((item) => item.subject.startsWith(featurePrefix(source)))
    .map((item) => item.name);
  const all = unique([...before, ...asked]);
  return all.filter((one, i) => all.findIndex((other) => other.toLowerCase() === one.toLowerCase()) === i);
}

async function recordReading(
  run: ReadingRun,
  d: Deployment,
  source: SourceName,
  loaded: Loaded,
  understood: boolean,
  found: readonly Divergence[],
  features: readonly string[],
): Promise<Refusal | undefined> {
  const by = await stamp(run, VIA);
  const number = numbering(d);
  const items: Item[] = [];
  const known = d.items.get(source.subject);
  // Compared now, whatever was said before about why it need not be.
  if (known === undefined || known.not_compared !== undefined) {
    items.push({ id: number('source', source.subject), kind: 'source', subject: source.subject, name: source.name });
  }
  for (const feature of features) {
    const subject = `${featurePrefix(source)}${feature.toLowerCase()}`;
    if (!d.items.has(subject)) items.push({ id: number('feature', subject), kind: 'feature', subject, name: feature });
  }
  const divergences = await Promise.all(
    found.map(async (one): Promise<FactOf<'observed'>> => {
      const observed = await observation(run, by, {
        subject: divergenceSubject(source.subject, one.id),
        asked: `does ${one.feature} hold here? (rule ${one.rule})`,
        verdict: verdictOf(one),
        evidence: one,
      });
      return { ...observed, severity: one.divergence };
    }),
  );
  const counted = found.filter((one) => one.divergence !== 'NONE');
  const reading = await observation(run, by, {
    subject: source.subject,
    asked: `how does ${source.name} differ from this cluster?`,
    verdict: understood
      ? pass('Compared', `read ${loaded.read_at}, ${counted.length} divergences`)
      : unknown('NothingUnderstood', 'nothing in it could be read, so it was not compared'),
    evidence: {
      digest: loaded.digest,
      read_at: loaded.read_at,
      kind: loaded.kind,
      url: loaded.url,
      notes: loaded.notes,
      attempts: loaded.attempts,
      features,
      divergences: found.map((one) => ({ id: one.id, divergence: one.divergence })),
    },
  });
  const about = counted.map((one) => divergenceSubject(source.subject, one.id));
  return run.record(...items.map(claim), ...divergences, { ...reading, about });
}

const verdictOf = (one: Divergence): Verdict => {
  const message = `${one.feature}: ${one.local.text}`;
  if (one.divergence === 'NONE') return pass('Holds', message);
  return one.divergence === 'UNKNOWN' ? unknown('NotShown', message) : fail('Diverges', message);
};

/** A source that can't be read is on record as asked for; what its last reading found stands, so that hiding it gains nothing. */
async function unreadable(run: ReadingRun, d: Deployment, source: SourceName, error: LoadError) {
  const by = await stamp(run, VIA);
  const about = liveDivergences(d).flatMap((live) => (live.source.subject === source.subject ? [live.subject] : []));
  const observed = await observation(run, by, {
    subject: source.subject,
    asked: `what does ${source.name} say?`,
    verdict: unknown(error.reason, error.message),
    evidence: { attempts: error.attempts },
  });
  const item: Item = {
    id: numbering(d)('source', source.subject),
    kind: 'source',
    subject: source.subject,
    name: source.name,
  };
  const claimed = d.items.has(source.subject) || source.form === 'path' ? [] : [claim(item)];
  return [...claimed, { ...observed, about }];
}

/** When a document read before now has another digest. */
async function changedSince(
  run: ReadingRun,
  d: Deployment,
  source: SourceName,
  loaded: Loaded,
): Promise<string | undefined> {
  const before = d.observations.get(source.subject)?.findLast((o) => o.verdict.reason === 'Compared');
  const body = before?.body === undefined ? undefined : await run.get(before.body);
  if (before === undefined || body === undefined) return undefined;
  const kept: unknown = JSON.parse(body);
  const evidence = typeof kept === 'object' && kept !== null && 'evidence' in kept ? kept.evidence : undefined;
  const digest =
    typeof evidence === 'object' && evidence !== null && 'digest' in evidence ? evidence.digest : undefined;
  return typeof digest === 'string' && digest !== loaded.digest ? before.seen : undefined;
}
