import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { skipped } from './support/able.ts';

/** The whole story on real containers, as people call it: it stops by itself at the first thing that goes another way. */
const CLI = join(import.meta.dirname, '../../dist/cli.js');

test.skipIf(skipped('demo', 'debootstrap', 'iptables', 'go', 'git'))(
  'the demo on a kubelet ends, with an API that reads a real PostgreSQL and a real Redis, and leaves nothing',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'demo', '--nodes', 'kubelet', '--verbose'], {
      maxBuffer: 16 * 1024 * 1024,
    });
    // Lines are wrapped; here each text is one again.
    const told = stdout.replace(/\n {5,}/g, ' ');
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^demo: complete \(\d+ calls, \d+ refused, \d+ s\)$/);
    expect(told).not.toMatch(/simulated by kwok|written by a few lines/);
    expect(told).toMatch(/health: service\/dify-api:5001\/health: .*200/);
    expect(told).toMatch(/\/health: 200 \{"postgresql":"PostgreSQL \d+\.\d+ .*","redis":"PONG"\}/);
    expect(told).toMatch(/\/notes: 200 \{"notes":\d+,"worked":[1-9]\d*\}/);
    expect(told).toMatch(/Rehearsed in dify-rehearsal-[0-9a-f]{5}, which is gone/);
    expect(told).toMatch(/exceeded quota team-quota/);
    expect(existsSync('/sys/class/net/infragate0')).toBe(false);
  },
  900_000,
);
