import declared from './lifecycle.json' with { type: 'json' };

/** When a built-in API was, or will be, deprecated and removed, and what stands in its place: Kubernetes' own words. */
export type Lifecycle = {
  readonly introduced?: string;
  readonly deprecated?: string;
  readonly removed?: string;
  readonly replacement?: string;
};

const APIS: Readonly<Record<string, Lifecycle>> = declared.apis;

/** By `group/version/Kind`. */
export const lifecycleOf = (api: string): Lifecycle | undefined => APIS[api];

/** `1.9` comes before `1.22`. */
export function reached(release: string | undefined, server: { major: string; minor: string }): boolean {
  if (release === undefined) return false;
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [nowMajor, nowMinor] = [server.major, server.minor].map((part) => Number.parseInt(part, 10));
  if (nowMajor === undefined || nowMinor === undefined) return false;
  return nowMajor > major || (nowMajor === major && nowMinor >= minor);
}
