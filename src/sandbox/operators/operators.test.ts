import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mirrorIn } from '../debian.ts';
import { goProgram } from '../go-program.ts';
import { sources } from '../places.ts';
import { up } from '../up.ts';
import { VERSION } from './cnpg.ts';
import { OPERATOR_NAMES } from './index.ts';
import { serverIn } from './postgresql.ts';

afterEach(() => vi.unstubAllEnvs());

test('the operator that is built is the one whose manifest is applied', () => {
  const module = readFileSync(join(sources(), 'operators', 'cnpg', 'go.mod'), 'utf8');
  expect(module).toContain(`github.com/cloudnative-pg/cloudnative-pg v${VERSION}\n`);
});

test.each(OPERATOR_NAMES)('%s is refused where containers are simulated, before anything is started', async (name) => {
  const asked = up({ name: `refused-${process.pid}`, nodes: 'kwok', operators: [name] });
  await expect(asked).rejects.toMatchObject({ kind: 'usage', message: expect.stringMatching(/needs real containers/) });
});

test('without Go and without a built one, one sentence says what is missing', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'infragate-'));
  vi.stubEnv('INFRAGATE_CACHE', empty);
  vi.stubEnv('PATH', empty);
  const program = { name: 'manager', folder: 'operators/cnpg', package: '.', takes: 'once' };
  await expect(goProgram(program, () => undefined)).rejects.toMatchObject({
    kind: 'environment',
    message: 'manager is built from its Go module, and the go command is not in PATH.',
  });
  rmSync(empty, { recursive: true });
});

describe("Debian's packages", () => {
  const targets = [
    'Translations bookworm main http://mirror.example/debian/',
    'Packages bookworm-security main http://mirror.example/security/',
    'Packages bookworm main http://mirror.example/debian/',
    'Packages bookworm contrib http://mirror.example/debian/',
    'Packages bookworm main http://other.example/debian/',
  ].join('\n');

  test("come from the mirror apt has of the machine's release, with the components it takes", () => {
    expect(mirrorIn(targets, 'bookworm')).toEqual({
      address: 'http://mirror.example/debian/',
      components: 'main,contrib',
    });
  });

  test('come from nowhere when apt has none of that release', () => {
    expect(mirrorIn(targets, 'trixie')).toBeUndefined();
    expect(mirrorIn('', 'bookworm')).toBeUndefined();
  });

  test("say which PostgreSQL they are: the server's package, not the metapackage or a client", () => {
    const versions = { postgresql: '15+248', 'postgresql-client-15': '15.9-1', 'postgresql-15': '15.18-0+deb12u1' };
    expect(serverIn(versions)).toEqual({ major: '15', version: '15.18' });
    expect(serverIn({ postgresql: '15+248' })).toBeUndefined();
  });
});
