import { setTimeout as sleep } from 'node:timers/promises';
import { called, involvedUid, refOf, type Sight, shown } from '../apply/index.ts';
import type { Reader } from '../cluster/index.ts';
import { isRecord, type KubeObject } from '../objects/index.ts';
import { hiding } from '../redaction/index.ts';
import { shortened } from '../workflow/shortened.ts';
import { type Loud, loudContainers } from './logs.ts';

/** Everything that was seen of a shot, before it is cleaned up. No Secret's data, nothing unbounded. */
export type Evidence = {
  readonly objects: readonly KubeObject[];
  readonly events: readonly SaidEvent[];
  readonly logs: readonly Log[];
};

export type SaidEvent = {
  readonly at: string;
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
};

export type Log = {
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly text: string;
};

const MOST_LOGS = 12;
const LINES = 100;
const BYTES = 32 * 1024;
const MOST_EVENTS = 200;

/** Events are written behind the change that they tell of. */
const EVENTS_LAG_MS = 250;

export async function gather(reader: Reader, sight: Sight, secrets: readonly string[]): Promise<Evidence> {
  const clean = hiding(secrets);
  await sleep(EVENTS_LAG_MS);
  const events = await eventsOf(reader, sight);
  const logs = await Promise.all(
    loudContainers(sight.tree)
      .slice(0, MOST_LOGS)
      .map((c) => readLog(reader, c, clean)),
  );
  return {
    objects: sight.tree.map(shown),
    events: events.slice(-MOST_EVENTS).map((event) => said(event, clean)),
    logs: logs.flatMap((log) => log ?? []),
  };
}

/** The latest of what was said about anything in the tree; what was heard while watching, where it can't be asked again. */
async function eventsOf(reader: Reader, sight: Sight): Promise<readonly KubeObject[]> {
  const uids = new Set(sight.tree.flatMap((object) => object.metadata.uid ?? []));
  const namespaces = [...new Set(sight.tree.flatMap((object) => object.metadata.namespace ?? []))];
  const listed = await Promise.all(namespaces.map((namespace) => reader.events(namespace)));
  const now = listed.flatMap((list) => (list.ok ? list.value : []));
  const ours = now.filter((event) => uids.has(involvedUid(event) ?? ''));
  return ours.length >= sight.events.length ? ours : sight.events;
}

async function readLog(reader: Reader, of: Loud, clean: (text: string) => string): Promise<Log | undefined> {
  const read = await reader.logs({ ...of, tailLines: LINES, limitBytes: BYTES });
  if (!read.ok || read.value.trim() === '') return undefined;
  return { pod: of.pod, container: of.container, previous: of.previous, text: clean(read.value) };
}

function said(event: KubeObject, clean: (text: string) => string): SaidEvent {
  const about = isRecord(event.involvedObject) ? event.involvedObject : {};
  const series = isRecord(event.series) ? event.series : {};
  return {
    at: String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? ''),
    about: called({ kind: String(about.kind), name: String(about.name) }),
    type: String(event.type ?? ''),
    reason: String(event.reason ?? ''),
    message: clean(String(event.message ?? '')).slice(0, 1000),
    count: Number(event.count ?? series.count ?? 1),
  };
}

/** The few lines of evidence that an answer shows; the whole is behind its digest. */
export function excerpt(evidence: Evidence): { events: string[]; conditions: string[]; logs: string[] } {
  const warnings = evidence.events.filter((e) => e.type === 'Warning');
  const events = (warnings.length > 0 ? warnings : evidence.events)
    .slice(-4)
    .map((e) => `${e.about} ${e.reason}: ${shortened(e.message, 220)}${e.count > 1 ? ` (×${e.count})` : ''}`);
  const conditions = evidence.objects.flatMap((object) =>
    conditionsOf(object).map((c) => `${called(refOf(object))} ${c}`),
  );
  const logs = evidence.logs
    .slice(0, 2)
    .map((l) => `${l.pod}/${l.container}${l.previous ? ' (before its restart)' : ''}: ${lastLines(l.text)}`);
  return { events, conditions: conditions.slice(0, 6), logs };
}

function conditionsOf(object: KubeObject): string[] {
  const status = isRecord(object.status) ? object.status : {};
  const list = Array.isArray(status.conditions) ? status.conditions.filter(isRecord) : [];
  const telling = list.filter((c) =>
    ['Ready', 'Available', 'Complete', 'Failed', 'PodScheduled', 'ReplicaFailure'].includes(String(c.type)),
  );
  return telling.map((c) => `${String(c.type)}=${String(c.status)}${c.reason ? ` (${String(c.reason)})` : ''}`);
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' ⏎ ').slice(-300);
