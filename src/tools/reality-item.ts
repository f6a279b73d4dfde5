/** The wire's words for what was found of an item. */
export type Status = 'PASS' | 'FAIL' | 'DIVERGE' | 'UNKNOWN';

export type Answered = {
  readonly name: string;
  readonly status: Status;
  /** Left out where `passed` of its list says it (a large answer). */
  readonly reason?: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  readonly error?: string;
  readonly suggestion?: string;
  readonly minimal_spec?: string;
};
