import type { Reader } from '../cluster/index.ts';
import { groupVersion } from '../cluster/index.ts';

/**
 * What templates of charts ask of a cluster (`.Capabilities`): its version and all it serves, as helm asks an API server
 * at an install. Nothing where it could not be seen: helm then takes its own defaults.
 */
export async function capabilitiesOf(
  reader: Reader,
): Promise<{ capabilities?: { kube_version: string; api_versions: readonly string[] } }> {
  const [version, discovery] = [await reader.version(), await reader.discovery()];
  if (!version.ok || !discovery.ok) return {};
  const served = discovery.value.resources.flatMap(({ group, version: v, kind }) => [
    groupVersion(group, v),
    `${groupVersion(group, v)}/${kind}`,
  ]);
  return { capabilities: { kube_version: version.value.gitVersion, api_versions: [...new Set(served)].sort() } };
}
