const TICK_MS = 5;

/**
 * The longest piece of work that this thread did without letting anything else go on, in milliseconds of its own processor
 * time: what else the machine does counts for nothing, and neither does what other threads do.
 */
export async function longestPause(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = process.threadCpuUsage();
  let going = true;
  const look = () => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.threadCpuUsage();
    if (going) setTimeout(look, TICK_MS);
  };
  setTimeout(look, TICK_MS);
  await work();
  await new Promise((resolve) => setTimeout(resolve, 20));
  going = false;
  look();
  return longest;
}

/** Milliseconds of this thread's own processor time that the work took: what else the machine does counts for nothing. */
export function ownTime(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
