import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { AGENT_CLIENTS } from '../../src/guard/clients.ts';
import { guardAnswer } from '../../src/guard/main.ts';
import { writePermitFile } from '../../src/state/index.ts';

const fields = z.record(z.string(), z.unknown());
const formats = z
  .record(
    z.string(),
    z.strictObject({
      stop: fields,
      pass: fields,
      denied: fields.optional(),
      reason: z.array(z.string()).optional(),
      allowed: fields.optional(),
      broken: z.strictObject({ code: z.number(), answer: fields.optional() }),
    }),
  )
  .parse(parse(readFileSync(join(import.meta.dirname, '..', 'cases', 'guard', 'formats.yaml'), 'utf8')));

let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'guard-'));
  vi.stubEnv('INFRAGATE_HOME', home);
  const permit = { deployment: 'web-1', namespaces: ['web'], stage: 'research', gate: 'R', seq: 1 };
  await writePermitFile(home, 'web-1', 1, permit);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const answerTo = (client: string, call: unknown) =>
  guardAnswer(['--for', client], () =>
    typeof call === 'string' ? call : JSON.stringify({ cwd: home, ...Object(call) }),
  );

test('every client has its fixtures', () => {
  expect(Object.keys(formats).sort()).toEqual([...AGENT_CLIENTS].sort());
});

describe.each(Object.entries(formats))('%s', (client, format) => {
  test('is told to stop a write, with the reason for the agent', () => {
    const { stdout, stderr, code } = answerTo(client, format.stop);
    if (format.denied === undefined) {
      expect([code, stderr]).toEqual([2, expect.stringContaining('web-1')]);
      return;
    }
    const read: unknown = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(read).toMatchObject(format.denied);
    const reason = (format.reason ?? []).reduce<unknown>((value, key) => Object(value)[key], read);
    expect(reason).toContain('web-1');
  });

  test('is left to its own rules for a read', () => {
    const { stdout, stderr, code } = answerTo(client, format.pass);
    expect([code, stderr, stdout === '' ? undefined : JSON.parse(stdout)]).toEqual([0, '', format.allowed]);
  });

  test('stops what can not be read', () => {
    for (const broken of ['{', '[]', '{}']) {
      const { stdout, stderr, code } = answerTo(client, broken);
      expect(code).toBe(format.broken.code);
      if (format.broken.answer === undefined) expect(stderr).toContain('could not judge');
      else expect(JSON.parse(stdout)).toMatchObject(format.broken.answer);
    }
  });
});

test('a client that is not known is not answered at all', () => {
  expect(guardAnswer(['--for', 'nobody'], () => '{}').code).toBe(2);
});
