import type { Said } from './agent.ts';

/** In the person's place: reads the digest's prefix off the form, as a person would, and approves. */
export const approver = (message: string): Said => {
  const prefix = /begins with ([0-9a-f]+)/.exec(message)?.[1];
  return prefix === undefined
    ? { action: 'decline' }
    : { action: 'accept', content: { digest_prefix: prefix, choice: 'approve' } };
};
