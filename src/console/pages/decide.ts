import { type Child, el, link } from '../element.ts';

/** Forms with which a person decides. Without a passkey they do nothing: there is no way to decide by a link. */

export type Shown = { readonly deployment: string; readonly digest: string; readonly review: string };

const OUTCOME = el('p', { class: 'outcome', role: 'status', 'aria-live': 'polite' });

const form = (deployment: string, name: string, ...content: readonly Child[]): Child =>
  el(
    'form',
    {
      'data-passkey': 'decide',
      'data-request': `/d/${encodeURIComponent(deployment)}/request`,
      'data-answer': `/d/${encodeURIComponent(deployment)}/answer`,
      'aria-label': name,
    },
    ...content,
    OUTCOME,
  );

const hidden = (name: string, value: string): Child => el('input', { type: 'hidden', name, value });

const CHOICES = [
  ['approve', 'Approve: implement exactly this'],
  ['revise', 'Revise: the plan has to change'],
  ['reject', 'Reject: back to research'],
] as const;

export const decideForm = ({ deployment, digest, review }: Shown): Child =>
  form(
    deployment,
    'Decide about this plan',
    hidden('act', 'decide'),
    hidden('digest', digest),
    hidden('review', review),
    el(
      'fieldset',
      {},
      el('legend', {}, 'Your decision'),
      ...CHOICES.map(([value, words]) =>
        el('label', {}, el('input', { type: 'radio', name: 'choice', value, required: true }), words),
      ),
    ),
    el('label', { for: 'remark' }, 'What to revise, or why it is rejected'),
    el('textarea', { id: 'remark', name: 'remark', rows: 3, maxlength: 4000 }),
    el('button', { type: 'submit' }, 'Decide with a passkey'),
    el(
      'p',
      { class: 'quiet' },
      'Your passkey signs the digests of this plan and of this review: ',
      el('code', {}, digest),
      ', ',
      el('code', {}, review),
    ),
  );

export const waiveForm = (deployment: string, checks: readonly string[]): Child =>
  checks.length === 0
    ? undefined
    : form(
        deployment,
        'Waive a check',
        hidden('act', 'waive'),
        el('label', { for: 'check' }, 'Check'),
        el('select', { id: 'check', name: 'check' }, ...checks.map((check) => el('option', { value: check }, check))),
        el('label', { for: 'subject' }, 'Only for this subject (may be empty)'),
        el('input', { id: 'subject', name: 'subject', autocomplete: 'off' }),
        el('label', { for: 'waive-because' }, 'Why'),
        el('input', { id: 'waive-because', name: 'because', required: true, autocomplete: 'off' }),
        el('label', { for: 'days' }, 'For how many days'),
        el('input', { id: 'days', name: 'days', type: 'number', min: 1, max: 30, value: 7 }),
        el('button', { type: 'submit' }, 'Waive with a passkey'),
      );

export const abandonForm = (deployment: string): Child =>
  form(
    deployment,
    'Abandon this deployment',
    hidden('act', 'abandon'),
    el('label', { for: 'abandon-because' }, 'Why'),
    el('input', { id: 'abandon-because', name: 'because', required: true, autocomplete: 'off' }),
    el('label', { for: 'typed' }, `Type ${deployment} to end it`),
    el('input', { id: 'typed', name: 'typed', required: true, autocomplete: 'off' }),
    el('button', { type: 'submit' }, 'Abandon with a passkey'),
  );

/** Where nobody has a passkey for this page. */
export const noPasskey = (rpId: string): Child =>
  el(
    'p',
    { class: 'card' },
    `No passkey is enrolled for ${rpId}. In a terminal that the agent has no part in: `,
    el('code', {}, 'infragate approver add NAME'),
    '. ',
    link([], '', 'Back to the board'),
  );
