/** What of a written permit (src/engine/permits.ts) the hooks read. */
export type Permit = {
  readonly deployment: string;
  readonly namespaces: readonly string[];
  readonly stage: string;
  readonly gate: string;
  readonly open?: readonly string[];
  readonly next?: readonly unknown[];
  readonly phase?: number | undefined;
  readonly phase_objects?: readonly string[];
  readonly until?: string;
  readonly unreadable?: string;
};

export declare function dataFolder(env?: Readonly<Record<string, string | undefined>>, platform?: string): string;
export declare function readPermits(home?: string, now?: string): Permit[];
