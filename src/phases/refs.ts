import type { KubeObject } from '../objects/index.ts';
import type { PlacedObject } from '../workflow/index.ts';

/** Where a manifest goes: its own namespace, else the deployment's. */
export const refOfManifest = (object: KubeObject, namespace: string): PlacedObject => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name ?? '',
  namespace: object.metadata.namespace ?? namespace,
});
