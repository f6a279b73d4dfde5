import { expect, test } from 'vitest';
import { nameByRequest } from './client.ts';

const request = (agent?: string) =>
  new Request('http://127.0.0.1/mcp', { headers: agent === undefined ? {} : { 'user-agent': agent } });

test('a client that says no name is named by the program that its request names', () => {
  expect(nameByRequest(request('codex/1.2 (linux)'))).toBe('codex/1.2 (linux)');
  expect(nameByRequest(request(`${'x'.repeat(300)}`))).toHaveLength(100);
  expect(nameByRequest(request())).toBe('unknown client');
  expect(nameByRequest(undefined)).toBe('unknown client');
});
