import { randomBytes } from 'node:crypto';
import { type ApproverKey, type Enrolment, ownKeys } from '../../approvers/index.ts';
import { el } from '../element.ts';
import type { Site } from '../guard.ts';
import type { Page } from '../page.ts';

/** COSE algorithms a passkey may have here: ES256, EdDSA, RS256. */
const ALGORITHMS = [-7, -8, -257];

/** PublicKeyCredentialCreationOptionsJSON: the user is verified, nothing is asked about the device. */
async function optionsFor(home: string, { name, challenge }: Enrolment, { rpId }: Site) {
  const known = (await ownKeys(home)).filter((key) => key.rp_id === rpId && key.removed_at === undefined);
  return {
    rp: { id: rpId, name: 'infragate' },
    user: { id: randomBytes(16).toString('base64url'), name, displayName: name },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    attestation: 'none',
    excludeCredentials: known.map(({ id, transports }) => ({ id, transports, type: 'public-key' })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
  };
}

export async function enrolPage(home: string, token: string, enrolment: Enrolment, site: Site): Promise<Page> {
  const { name, groups } = enrolment;
  return {
    title: `A passkey for ${name}`,
    content: [
      el(
        'p',
        {},
        `With it ${name} decides about plans${groups.length === 0 ? '' : `, as a member of ${groups.join(', ')}`}. Your device keeps the private key and asks for your PIN, fingerprint or face each time.`,
      ),
      el(
        'form',
        {
          'data-passkey': 'enrol',
          'data-options': JSON.stringify(await optionsFor(home, enrolment, site)),
          'data-answer': `/enrol/${encodeURIComponent(token)}`,
          'aria-label': 'Enrol a passkey',
        },
        el('button', { type: 'submit' }, 'Enrol a passkey'),
        el('p', { class: 'outcome', role: 'status', 'aria-live': 'polite' }),
      ),
    ],
  };
}

export const enrolled = ({ name, id }: ApproverKey): string =>
  `The passkey ${id.slice(0, 12)}… of ${name} is enrolled.`;
