import type { Permit } from './permits.mjs';

export declare function judge(
  text: string,
  standing: { readonly cwd: string; readonly permits: readonly Permit[]; readonly home?: string },
): string | undefined;
