import { tmpdir } from 'node:os';
import { helmHere, renderChart } from '../../src/commands/render.ts';
import type { RenderFor } from '../../src/documents/judge.fixture.ts';

/** Charts of the cases, rendered by the helm of this machine as for a target; no helm: none. */
export const renderFor: RenderFor = (facts) => {
  if (helmHere() === undefined) return undefined;
  const kube_version = facts.kubernetes?.version ?? 'v1.37.0';
  const openshift = facts.openshift === undefined ? [] : ['security.openshift.io/v1', 'route.openshift.io/v1'];
  const capabilities = { kube_version, api_versions: ['apps/v1', 'networking.k8s.io/v1', ...openshift] };
  return (chart) =>
    renderChart({ chart, release: 'release', namespace: 'shop', values: [], cwd: tmpdir(), capabilities });
};
