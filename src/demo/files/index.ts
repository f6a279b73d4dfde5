// What the agent of the story works with: the upstream document, its manifests and its plan, written into a workspace.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compose } from './compose.ts';
import { applicationManifests, database, foundation, serviceManifests } from './manifests.ts';
import { planFile } from './plan.ts';
import type { Site } from './site.ts';

export { applicationPod, claims, database, redisPod } from './manifests.ts';
export { images, mirrored, type Site, upstream } from './site.ts';

export async function writeWorkspace(folder: string, site: Site): Promise<void> {
  const files: Record<string, string> = {
    'upstream/docker-compose.yaml': compose(site),
    'manifests/1-foundation.yaml': foundation,
    'manifests/2-database.yaml': database('dify-db'),
    'manifests/3-services.yaml': serviceManifests(site),
    'manifests/4-application.yaml': applicationManifests(site),
    'plan.yaml': planFile(site),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
