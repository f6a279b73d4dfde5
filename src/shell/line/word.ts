/** A word as written; `value` is what the program gets, undefined when that is only known when it runs. */
export type Word = { readonly text: string; readonly value: string | undefined; readonly glob: boolean };
