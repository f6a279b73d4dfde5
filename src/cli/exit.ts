/** Exit codes of every command: 0 done, 1 the answer is no, 2 wrong use, 3 the environment lacks something. */
export const EXIT = { done: 0, no: 1, wrongUse: 2, lacking: 3 } as const;
