// What is written renders: Mermaid's own parser takes the pictures, and markdownlint has nothing to say.

import DOMPurify from 'dompurify';
import { lint } from 'markdownlint/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { DIFY, deploymentOf, eventsOf, record } from './fixtures/record.ts';
import { type Deployed, documentation, keptSections, retrospective } from './index.ts';

let parse: (picture: string) => Promise<unknown>;

beforeAll(async () => {
  // Mermaid cleans labels with a browser's DOM before it parses them; there is none here, and none is needed to parse.
  Object.assign(DOMPurify, { sanitize: (text: string) => text, addHook: () => {} });
  const { default: mermaid } = await import('mermaid');
  parse = (picture) => mermaid.parse(picture);
}, 60_000);

const pictures = (markdown: string) =>
  [...markdown.matchAll(/```mermaid\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

/** Long lines are what tables and sentences are made of. */
const problems = (markdown: string) =>
  lint({ strings: { it: markdown }, config: { default: true, MD013: false } }).it?.map(
    (one) => `line ${one.lineNumber}: ${one.ruleNames[0]} ${one.ruleDescription} ${one.errorDetail ?? ''}`,
  );

const events = eventsOf(DIFY);
const d = deploymentOf(events);

describe('the retrospective', () => {
  const narrative = {
    went_well: ['the bullets | found the <policy>'],
    unexpected: ['# a heading\n\nin the middle', '* a star', '1. see https://example.org/a.', '`a <b>`'],
    learnings: [{ title: 'Mirror', situation: 'a policy', advice: 'mirror first' }],
  };
  const earlier = deploymentOf(events.slice(0, 100), 'dify-0');

  test('has a gantt that Mermaid parses', async () => {
    const [gantt, ...more] = pictures(retrospective(d, events, narrative));
    expect(more).toEqual([]);
    expect(await parse(gantt ?? '')).toMatchObject({ diagramType: 'gantt' });
    await expect(parse(`${gantt}\n  section`)).rejects.toThrow();
  });

  test('is Markdown without a fault, with narrative, without, and beside earlier runs', () => {
    expect(problems(retrospective(d, events, narrative, [earlier]))).toEqual([]);
    expect(problems(retrospective(d, events, {}))).toEqual([]);
    expect(problems(retrospective(deploymentOf(record()), record(), {}))).toEqual([]);
  });

  test('marks the agent’s words as the agent’s', () => {
    const [ours, theirs] = retrospective(d, events, narrative).split("## In the agent's words");
    expect(ours).not.toContain('mirror first');
    expect(theirs).toContain('mirror first');
    expect(retrospective(d, events, {})).not.toContain("In the agent's words");
  });

  test('names the failures of each gate with their cost', () => {
    const rows = retrospective(d, events, {}).split('\n');
    const row = (start: string) => rows.find((line) => line.startsWith(start)) ?? '';
    expect(row('| R | divergence:docker-compose-yaml-a6ea4c/bind-mount')).toMatch(/\d+ ms/);
    expect(row('| 0 | assumption:the application image')).toMatch(/PolicyDenied.*31\.9 s/);
    expect(row('| I | phase:4')).toMatch(/exceeded quota.*15\.5 s/);
  });

  test('compares with earlier runs of the component, when there are any', () => {
    const beside = retrospective(d, events, {}, [earlier]);
    expect(beside).toMatch(/\| dify-0 \| open \|[\s\S]*\| dify-1 \| completed \|/);
    expect(beside).toContain('Over 2 runs the tools of Gate 0 took longest');
    expect(beside).toContain('Gate R caught most (10 of 13)');
    expect(retrospective(d, events, {})).not.toContain('Beside earlier runs');
  });
});

describe('the documentation', () => {
  const deployed: Deployed = {
    version: 'v1.37.2',
    addresses: ['Route: https://dify.example'],
    secrets: ['dify-secrets'],
    components: [
      { phase: 1, kind: 'Secret', name: 'dify-secrets', status: 'present', message: '', images: [] },
      {
        phase: 4,
        kind: 'Deployment',
        name: 'end',
        status: 'ready',
        message: '',
        images: ['registry.example/api@sha256:0f'],
      },
      {
        phase: 4,
        kind: 'Service',
        name: 'a.b-c',
        status: 'ready',
        message: '',
        images: [],
        leadsTo: ['Deployment/end'],
      },
    ],
  };
  const given = { access: ['https://dify.example/apps'], known_issues: ['slow start: wait a minute'] };
  const written = documentation(d, deployed, given);

  test('has a picture that Mermaid parses, names of objects that mean something to Mermaid among them', async () => {
    const [picture] = pictures(written);
    expect(await parse(picture ?? '')).toMatchObject({ diagramType: expect.stringContaining('flowchart') });
    expect(picture).toMatch(/Service<br\/>a\.b-c/);
  });

  test('is Markdown without a fault, also with nothing deployed', () => {
    expect(problems(written)).toEqual([]);
    const nothing = { version: 'v1', addresses: [], secrets: [], components: [] };
    expect(problems(documentation(d, nothing, { access: [], known_issues: [] }))).toEqual([]);
  });

  test('says what the workflow asks for', () => {
    for (const part of [
      '**Deployed**: 2026-11-23',
      '**Target**: namespace `dify`',
      'v1.37.2',
      '## Architecture',
      '| 4 | Deployment/end | ready | registry.example/api@sha256:0f |',
      'https://dify.example/apps',
      'Secret `dify-secrets`',
      'kubectl rollout status -n dify deployment/end',
      'kubectl logs -n dify deployment/end',
      'kubectl rollout restart -n dify deployment/end',
      'slow start: wait a minute',
    ])
      expect(written).toContain(part);
  });

  test('written again keeps what people wrote between the marks, and nothing else', () => {
    const noted = written
      .replace(/(<!-- yours: notes[^\n]*\n)/, '$1Ask Ann before restarting.\n\n- at night $1 & `x`\n')
      .replace('v1.37.2', 'v0.0.1');
    const again = documentation(d, deployed, { ...given, before: noted });
    expect(keptSections(again)).toEqual({ notes: keptSections(noted).notes });
    expect(again).toContain('Ask Ann before restarting.\n\n- at night');
    expect(again).toContain('v1.37.2');
    expect(again).not.toContain('v0.0.1');
    expect(documentation(d, deployed, { ...given, before: again })).toBe(again);
    expect(problems(again)).toEqual([]);
  });
});
