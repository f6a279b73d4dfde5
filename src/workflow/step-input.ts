/** What admission reads of a tool's input. */
export type StepInput = {
  readonly phase_number?: number | undefined;
  readonly assumption?: string | undefined;
  readonly dry_run?: boolean | undefined;
  readonly execute?: boolean | undefined;
  readonly rehearse?: boolean | undefined;
};

/** A call's arguments, or those that a fix names, as admission reads them. */
export function stepInputOf(input: Record<string, unknown>): StepInput {
  const { phase_number, assumption, dry_run, execute, rehearse } = input;
  return {
    ...(typeof phase_number === 'number' ? { phase_number } : {}),
    ...(typeof assumption === 'string' ? { assumption } : {}),
    ...(typeof dry_run === 'boolean' ? { dry_run } : {}),
    ...(typeof execute === 'boolean' ? { execute } : {}),
    ...(typeof rehearse === 'boolean' ? { rehearse } : {}),
  };
}
