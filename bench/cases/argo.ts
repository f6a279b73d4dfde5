import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse, parseDocument } from 'yaml';
import { isKubeObject, isRecord, recordsAt, textAt } from '../../src/objects/index.ts';
import type { CaseFile } from './file.ts';
import { isFinal, readingOf } from './reading.ts';

/** A state of Argo CD's own health tests, and what Argo CD calls it. Read from a checkout, never copied. */
export type ArgoState = { readonly case: CaseFile; readonly health: string };

export type ArgoJudged = ArgoState & {
  readonly found: string;
  readonly reason: string;
  /** What is wrong about our reading; nothing where it agrees or says less. */
  readonly wrong: 'false ready' | 'false final' | undefined;
};

/** Every object of the health tests (resource_customizations/GROUP/KIND/health_test.yaml) that can be read. */
export function argoStates(checkout: string, now: number): ArgoState[] {
  const folder = join(checkout, 'resource_customizations');
  if (!existsSync(folder)) throw new Error(`--argo-cd: ${checkout} has no folder resource_customizations`);
  return healthTests(folder).flatMap((path) =>
    recordsAt(parse(readFileSync(path, 'utf8')), 'tests').flatMap((test): ArgoState[] => {
      const file = join(dirname(path), textAt(test, 'inputPath'));
      const object: unknown = statSync(file, { throwIfNoEntry: false })?.isFile()
        ? parseDocument(readFileSync(file, 'utf8')).toJS()
        : undefined;
      if (!isKubeObject(object)) return [];
      const one: CaseFile = {
        file: relative(folder, file),
        expected: '',
        now,
        criterion: undefined,
        about: [],
        logs: undefined,
        // Their fixtures are live objects without what they don't read.
        objects: [{ ...object, metadata: { uid: 'u-1', ...object.metadata } }],
        events: [],
      };
      return [{ case: one, health: textAt(isRecord(test) ? test.healthStatus : undefined, 'status') }];
    }),
  );
}

function healthTests(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return healthTests(path);
      return name === 'health_test.yaml' ? [path] : [];
    });
}

/**
 * A reading that says less than Argo CD is not wrong; one that calls ready what Argo CD does not, or gives up on what it
 * calls healthy or progressing, is.
 */
export function judgeArgo(state: ArgoState): ArgoJudged {
  const { status, reason } = readingOf(state.case);
  const falseReady = status === 'ready' && !['Healthy', 'Suspended'].includes(state.health);
  const falseFinal =
    ['Healthy', 'Progressing'].includes(state.health) &&
    (isFinal(state.case) || (status === 'failed' && state.health === 'Healthy'));
  return {
    ...state,
    found: status,
    reason,
    wrong: falseReady ? 'false ready' : falseFinal ? 'false final' : undefined,
  };
}
