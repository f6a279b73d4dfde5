import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { inConversation } from '../../scripts/play/conversation.ts';
import { readAssumptions } from '../../src/cli/check/file.ts';
import { parseCriterion } from '../../src/criteria/index.ts';
import { parseReference } from '../../src/images/index.ts';
import { preparePlan } from '../../src/plan/index.ts';
import { worldWith } from '../../src/plan/world.records.ts';
import { parseCommand } from '../../src/shell/index.ts';
import { TOOLS } from '../../src/tools/index.ts';

/** examples/ without a cluster; with one: test/cluster/docs.test.ts. */
const examples = join(import.meta.dirname, '..', '..', 'examples');
const named = (folder: string) => readdirSync(join(examples, folder)).filter((name) => name.endsWith('.yaml'));
const text = (...path: string[]) => readFileSync(join(examples, ...path), 'utf8');

describe('assumption files', () => {
  test('there are ten products', () => expect(named('assumptions')).toHaveLength(10));

  test.each(named('assumptions'))('%s is understood', async (name) => {
    expect(await readAssumptions(join('assumptions', name), examples)).toMatchObject({ ok: true });
  });
});

describe('plans', () => {
  const manifests = Object.fromEntries(
    named('plans/manifests').map((name) => [`manifests/${name}`, text('plans', 'manifests', name)]),
  );
  const worldOf = worldWith({ parseCommand, parseCriterion, parseReference });

  /** The deployment that the plan is for. */
  const about = (name: string) => {
    const { component, target } = z
      .object({ component: z.string(), target: z.string() })
      .parse(parse(text('plans', name)));
    return { component, namespace: target, namespaces: [target] };
  };

  test('there are three', () => expect(named('plans')).toHaveLength(3));

  test.each(named('plans'))('%s is a valid plan', async (name) => {
    const { problems, valid } = await preparePlan(text('plans', name), name, worldOf(manifests, about(name)));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(valid).toBe(true);
  });

  test('a plan whose manifest is not there is not valid', async () => {
    const { problems } = await preparePlan(text('plans', 'web.yaml'), 'web.yaml', worldOf({}, about('web.yaml')));
    expect(problems.filter(({ severity }) => severity === 'error')).not.toEqual([]);
  });
});

test('the conversation of the tutorial calls tools that there are, and ends with the last one', () => {
  const turns = z.array(inConversation).parse(parse(text('hello', 'conversation.yaml')));
  const calls = turns.flatMap((turn) => ('call' in turn ? [turn.call] : []));
  expect(calls.filter((name) => !TOOLS.some((tool) => tool.name === name))).toEqual([]);
  expect(calls.at(-1)).toBe('complete-deployment');
});
