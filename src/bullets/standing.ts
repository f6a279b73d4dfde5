/** One criterion and how it stood at the end. */
export type CriterionStanding = {
  readonly text: string;
  readonly holds: boolean;
  readonly because: string;
  /** It can not hold any more, whatever happens. */
  readonly final?: true;
};
