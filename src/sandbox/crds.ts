import { type Api } from './api.ts';
import type { Progress } from './binary.ts';
export const CRD_SETS = ['openshift', 'olm', 'gateway', 'cert-manager', 'cnpg'] as const;
export type CrdSet = (typeof CRD_SETS)[number];
export async function applyCrds(_api: Api, _set: CrdSet, _progress: Progress): Promise<void> {}
