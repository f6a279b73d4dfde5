import { expect, test } from 'vitest';
import { ASSURANCES, ENOUGH } from './actor.ts';

test('an Approval in the cluster stands in for a form, and for neither a passphrase nor a passkey', () => {
  expect(ASSURANCES.filter((demand) => ENOUGH[demand].includes('cluster'))).toEqual(['elicited', 'cluster']);
});

test('a passkey is enough for everything, and everything for a form', () => {
  for (const demand of ASSURANCES) expect(ENOUGH[demand]).toContain('passkey');
  expect([...ENOUGH.elicited]).toEqual([...ASSURANCES]);
});

test.each(ASSURANCES)('%s is enough where it is asked for', (assurance) => {
  expect(ENOUGH[assurance]).toContain(assurance);
});
