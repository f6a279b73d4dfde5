import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Content, debianLayer, goProgram, type Progress } from '../sandbox/sandbox.ts';
import { real } from './cast/real.ts';

/** The contents of the images that the demo runs on real containers, by name: made once, then from the cache. */
export async function realImages(progress: Progress): Promise<ReadonlyMap<string, Content>> {
  const { layer } = await debianLayer({ name: 'redis', packages: ['redis-server'] }, progress);
  const path = 'PATH=/usr/sbin:/usr/bin:/sbin:/bin';
  const redis: Content = { layer, env: [path], entrypoint: ['redis-server', '--dir', '/var/lib/redis'], user: 'redis' };
  const built = await goProgram(
    { name: 'demo-app', folder: 'demo', package: '.', takes: 'once, a quarter of a minute' },
    progress,
  );
  const program = { content: readFileSync(join(built, 'demo-app')), mode: 0o755 };
  const app: Content = { files: { app: program }, entrypoint: ['/app'], user: '65532:65532' };
  return new Map([
    [real.application, app],
    [real.weaviate, app],
    [real.redis, redis],
  ]);
}
