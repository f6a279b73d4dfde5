import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { rawClient } from './support/raw.ts';
import { freshHome, realServer } from './support/servers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('says what to do when an upgrade replaced the files of a server that runs', async () => {
  const copy = freshHome();
  mkdirSync(copy, { recursive: true });
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const client = rawClient({ ...realServer(), args: [join(copy, 'bin', 'infragate.js')] });
  try {
    await client.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'a', version: '1' },
    });
    client.notify('notifications/initialized');
    const call = (name: string, input = {}) => client.request('tools/call', { name, arguments: input });
    expect(JSON.stringify((await call('deployment-status')).result)).not.toContain('INTERNAL');
    const dist = join(copy, 'dist');
    for (const file of readdirSync(dist)) if (file.startsWith('chunk-')) rmSync(join(dist, file));
    const { result } = await call('divergence-check', {
      deployment: 'none',
      upstream_source: 'services: {web: {image: nginx}}',
    });
    expect(result?.isError).toBe(true);
    expect(JSON.stringify(result?.content)).toContain('replaced after this server started');
    expect(JSON.stringify(result?.content)).toContain('restart the server');
  } finally {
    await client.end();
  }
});
