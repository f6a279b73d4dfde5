/** What a case's first lines ask for. Each is judged on its own; a case holds when all of them do. */
export type Expectation =
  | { readonly kind: 'readiness'; readonly oneOf: readonly string[] }
  | { readonly kind: 'reading-reason'; readonly oneOf: readonly string[] }
  | { readonly kind: 'diagnosis-reason'; readonly oneOf: readonly string[] }
  | { readonly kind: 'final'; readonly is: boolean }
  | { readonly kind: 'verdict'; readonly oneOf: readonly string[] }
  | { readonly kind: 'must-not-pass' }
  | { readonly kind: 'must-pass-or-be-refused' }
  | { readonly kind: 'about'; readonly criterion: string; readonly subject: string }
  | { readonly kind: 'drift'; readonly reported: boolean }
  | { readonly kind: 'needs'; readonly amounts: readonly (readonly [name: string, quantity: string])[] }
  | { readonly kind: 'fits'; readonly fits: boolean }
  | { readonly kind: 'surges' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'plan-approvable' };

type Form = { readonly when: RegExp; make(match: RegExpExecArray): Expectation };

const words = (text: string | undefined): string[] => (text ?? '').split(/,?\s+or\s+|,\s*/).map((word) => word.trim());

/** Whole sentences: what is left over after one of these is an error, never ignored. A reason may follow a colon. */
const FORMS: readonly Form[] = [
  {
    when: /^readiness is (?:one of )?((?:ready|waiting|failed|unknown)(?:(?:,? or |, )(?:ready|waiting|failed|unknown))*)$/,
    make: ([, list]) => ({ kind: 'readiness', oneOf: words(list) }),
  },
  {
    when: /^its reason is (?:one of )?([\w.-]+(?:(?:,? or |, )[\w.-]+)*)$/,
    make: ([, list]) => ({ kind: 'reading-reason', oneOf: words(list) }),
  },
  {
    when: /^the diagnosis' reason is (?:one of )?(\w+(?:(?:,? or |, )\w+)*)$/,
    make: ([, list]) => ({ kind: 'diagnosis-reason', oneOf: words(list) }),
  },
  { when: /^final is (true|false)$/, make: ([, is]) => ({ kind: 'final', is: is === 'true' }) },
  {
    when: /^the criterion's verdict is (?:one of )?((?:pass|fail|unknown)(?:(?:,? or |, )(?:pass|fail|unknown))*)$/,
    make: ([, list]) => ({ kind: 'verdict', oneOf: words(list) }),
  },
  {
    when: /^must not pass on this view(?: \(fail, unknown, or refused with the right form\))?$/,
    make: () => ({ kind: 'must-not-pass' }),
  },
  {
    when: /^must pass on this view, or be refused with the right form$/,
    make: () => ({ kind: 'must-pass-or-be-refused' }),
  },
  {
    when: /^it must not be taken for something that never holds$/,
    make: () => ({ kind: 'must-pass-or-be-refused' }),
  },
  {
    when: /^`([^`]+)` is about ([A-Za-z][\w.]*\/[\w.-]+)$/,
    make: ([, criterion = '', subject = '']) => ({ kind: 'about', criterion, subject }),
  },
  { when: /^drift is reported(?:: .+)?$/, make: () => ({ kind: 'drift', reported: true }) },
  { when: /^no drift(?:: .+)?$/, make: () => ({ kind: 'drift', reported: false }) },
  {
    when: /^needs (\S+ [\w.]+(?:(?:, beside |, | and |,? beside )\S+ [\w.]+)*)(?:: .+)?$/,
    make: ([, list = '']) => ({
      kind: 'needs',
      amounts: list.split(/, beside |, | and | beside /).map((one) => {
        const [name = '', quantity = ''] = one.split(' ');
        return [name, quantity.replace(/[:.]$/, '')] as const;
      }),
    }),
  },
  { when: /^does not fit(?:: .+)?$/, make: () => ({ kind: 'fits', fits: false }) },
  { when: /^fits(?:: .+)?$/, make: () => ({ kind: 'fits', fits: true }) },
  { when: /^a rollout takes a Pod on top for each surging node$/, make: () => ({ kind: 'surges' }) },
  { when: /^apply-phase answers APPLIED at the first call(?:: .+)?$/, make: () => ({ kind: 'applied' }) },
  {
    when: /^a plan with an? \w+ can be approved without a waiver$/,
    make: () => ({ kind: 'plan-approvable' }),
  },
  { when: /^what the gate names as fix is accepted$/, make: () => ({ kind: 'plan-approvable' }) },
];

/** Sentences joined by semicolons; one of an unknown form is an error that quotes it. */
export function parseExpectations(text: string): readonly Expectation[] {
  const sentences = text.split(/;\s+/).map((sentence) => sentence.trim());
  return sentences.map((sentence) => {
    for (const { when, make } of FORMS) {
      const match = when.exec(sentence);
      if (match !== null) return make(match);
    }
    throw new Error(`"${sentence}" is no known form of expectation`);
  });
}
