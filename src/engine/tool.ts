import type { z } from 'zod';
import type { Cluster, ClusterDecision, Reader, Writer } from '../cluster/index.ts';
import type { Note } from '../report/index.ts';
import type { Found, LineFilter, Listed } from '../state/index.ts';
import type {
  Actor,
  Deployment,
  Event,
  Fact,
  FactOf,
  FieldChange,
  Instant,
  Place,
  Refusal,
  STEPS,
  ToolName,
} from '../workflow/index.ts';
import type { EvidenceFound } from './evidence.ts';
import type { Policy } from './policy.ts';
import type { Several } from './record.ts';

/**
 * What a tool is to the engine: a definition that is light to import (schemas and words) and a run that is loaded when
 * it is first called. A run looks at the world through its Run and answers with a value.
 */
export type Annotations = {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
};

/** A tool's answer, or one of several that it shows. */
export type AnswerSchema = z.ZodObject | z.ZodUnion<readonly z.ZodObject[]>;
type KeyOf<T> = T extends unknown ? keyof T & string : never;

export type ToolDefinition<
  N extends ToolName = ToolName,
  I extends z.ZodObject = z.ZodObject,
  O extends AnswerSchema = AnswerSchema,
> = {
  readonly name: N;
  readonly title: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  readonly annotations: Annotations;
  /** Words a client may find the tool by when it defers loading it. */
  readonly searchHint?: string;
  readonly alwaysLoad?: boolean;
  /** The longest a run may take, for its lease. */
  lease_ms(input: z.infer<I>): number;
  /** Short words for a person or an agent; the whole is in structuredContent. */
  text(value: z.infer<O>): string;
  /** Fields that the text shows whole, as documents are: the structure leaves them out. */
  readonly inText?: readonly KeyOf<z.infer<O>>[];
};

/** A definition with the way to its run, which is imported at the first call. */
export type Tool<
  N extends ToolName = ToolName,
  I extends z.ZodObject = z.ZodObject,
  O extends AnswerSchema = AnswerSchema,
> = ToolDefinition<N, I, O> & { load(): Promise<ToolRun<N, z.infer<I>, z.infer<O>>> };

export type ToolRun<N extends ToolName, I, O> = (input: I, run: RunOf<N>) => Promise<Outcome<O>>;

/** A question for a person. Each channel renders it its own way; the run never waits for the answer. */
export type Question = {
  readonly title: string;
  readonly body: string;
  /** The plan the question is about, and the prefix of its digest that the person types. */
  readonly digest: string;
  readonly prefix: string;
  /** The digest of the review that `body` is made of; its model is kept under it. */
  readonly review: string;
  /** The cluster was asked for it now; else its dry run is the last one on record. */
  readonly fresh: boolean;
  /** The class of changes, approved beforehand, that it is inside of: it is decided without asking. */
  readonly within?: Within;
  /** What a person decided about exactly this by an Approval in the cluster. */
  readonly decided?: ClusterDecision;
};

/** Where a class stands on record, and what the plan changes. */
export type Within = {
  readonly deployment: string;
  readonly seq: number;
  readonly changes: readonly FieldChange[];
};

export type Outcome<O> =
  | { readonly kind: 'answer'; readonly value: O; readonly status?: string }
  | { readonly kind: 'question'; readonly question: Question; readonly value: O }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

/** What every run has. */
export interface Run {
  readonly id: string;
  readonly actor: Actor;
  readonly workspace: string;
  readonly home: string;
  readonly policy: Policy;
  /** Cancelled by the caller (`cancel: true`), by the lease's end or by the server's end; not by a dropped connection. */
  readonly signal: AbortSignal;
  /** The deployment as it stood when the run began; `none` runs have none. */
  readonly deployment: Deployment | undefined;
  now(): Instant;
  /** The deployment as it stands now. */
  current(): Promise<Deployment>;
  /** Every event of it, for reports. */
  events(): Promise<readonly Event[]>;
  /** Appends facts as they are learnt, fenced by this run. A refusal when the run is no longer open. */
  record(...facts: readonly Fact[]): Promise<Refusal | undefined>;
  put(body: string, mediaType?: string): Promise<string>;
  get(digest: string): Promise<string | undefined>;
  /** By a digest, or enough of its first digits. */
  evidence(id: string): Promise<EvidenceFound>;
  /** The deployments whose lines fit, read whole, oldest first (with `latest`, the latest), and those that can't be. */
  others(filter: LineFilter, latest?: number): Promise<Several>;
  /** What a list shows of those that fit, oldest first, without reading their records; with `latest`, the latest. */
  lines(filter: LineFilter, latest?: number): Promise<readonly Listed[]>;
  countLines(filter: LineFilter): Promise<number>;
  /** What earlier runs wrote of this kind, of all or of one component, oldest first. */
  notes(what: 'learning' | 'judgement', component?: string): Promise<readonly Note[]>;
  /** Learnings by words, best first. */
  search(words: string): Promise<readonly Found[]>;
  progress(message: string): void;
  /** Another tool's call by the same caller, admitted, run and recorded as if it had made it itself. */
  take(tool: string, input: Readonly<Record<string, unknown>>): Promise<Performed>;
}

export interface ReadingRun extends Run {
  /**
   * The cluster, connected once a run: the kubeconfig is frozen and the target compared. Throws Refused
   * (CLUSTER_UNREACHABLE, FORBIDDEN, WRONG_TARGET), which the engine turns into the answer.
   */
  reader(context?: string): Promise<Reader>;
  /** The frozen connection itself, for handing its kubeconfig to a command. */
  cluster(): Promise<Cluster>;
  /** Where what is seen now is seen: stamped on every observation. */
  place(namespace?: string): Promise<Place>;
  identity(): Promise<string>;
}

export interface WritingRun extends ReadingRun {
  writer(): Promise<Writer>;
}

/** start-deployment's run: it has no deployment until it opens or enters one, and records there from then on. */
export interface OpeningRun extends WritingRun {
  /** A new record with these first facts; refused when the component is open on this target already. */
  open(started: FactOf<'started'>, more: readonly Fact[]): Promise<{ id: string } | Refusal>;
  /** Any deployment of this ledger, by its id. */
  read(id: string): Promise<Deployment | Refusal>;
  /** The one that is open of this component on this target, if there is one. */
  enter(started: FactOf<'started'>): Promise<Deployment | undefined>;
}

type Effect<N extends ToolName> = (typeof STEPS)[N]['effect'];
export type RunOf<N extends ToolName> = N extends 'start-deployment'
  ? OpeningRun
  : Effect<N> extends 'writes'
    ? WritingRun
    : Effect<N> extends 'reads'
      ? ReadingRun
      : Run;

/** An expected end in the middle of something deep: caught in one place (perform.ts) and answered as a refusal. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Keeps the types of a definition's schemas together. */
export const defineTool = <N extends ToolName, I extends z.ZodObject, O extends AnswerSchema>(
  definition: ToolDefinition<N, I, O>,
): ToolDefinition<N, I, O> => definition;

/** The unresolved subject of a call that may be answered later. */
export type Performed = {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Record<string, unknown>;
  readonly question?: Question & { readonly deployment: string };
};

/**
 * A definition and its run, which takes and answers exactly what the definition's schemas say. The engine parses every
 * input with the definition's schema before it calls the run, which is what makes the widening sound.
 */
export const withRun = <N extends ToolName, I extends z.ZodObject, O extends AnswerSchema>(
  definition: ToolDefinition<N, I, O>,
  load: Tool<N, I, O>['load'],
): Tool & { readonly name: N } => ({ ...definition, load }) as unknown as Tool & { readonly name: N };
