import { expect, test } from 'vitest';
import { factsOf } from '../../src/documents/fixture.ts';
import { readDocument } from '../../src/documents/reader.ts';
import { longestPause } from '../support/pause.ts';

const facts = factsOf({
  kubernetes: 'v1.31.9',
  storageClasses: [],
  ingressClasses: [],
  loadBalancer: 'no',
  nodes: [{ architecture: 'amd64', allocatable: { cpu: '8', memory: '32Gi' } }],
  missing: ['policy/v1beta1/PodDisruptionBudget'],
  instead: { 'policy/v1beta1/PodDisruptionBudget': 'policy/v1/PodDisruptionBudget' },
  images: { 'quay.io/team/app:1': 'NotFound' },
});

const markdown = (text: string) => [{ name: 'document.md', kind: 'markdown' as const, text }];
const LIMITS = { time_ms: 30_000, memory_mb: 512 };

test('a document read in a thread gives the same divergences, with what the cluster answers about its APIs and images', async () => {
  const text =
    '# Install\n\n```yaml\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: quay.io/team/app:1}]}\n```\n';
  const read = await readDocument(markdown(text));
  if (!read.ok) throw new Error(read.message);
  expect(read.value.contents.images).toEqual(['quay.io/team/app:1']);
  const compared = await read.value.compare({ features: ['policy/v1beta1/PodDisruptionBudget'] }, facts);
  await read.value.close();
  if (!compared.ok) throw new Error(compared.message);
  expect(compared.value.map((d) => `${d.divergence} ${d.id}`)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^HIGH api-missing\//), expect.stringMatching(/^HIGH .*image/)]),
  );
  expect(JSON.stringify(compared.value)).toContain('policy/v1/PodDisruptionBudget');
});

test.each([
  ['emphasis that closes nothing', '*a'.repeat(12_000)],
  ['5,000 quotes within quotes', `${'> '.repeat(5_000)}\nimage: x`],
  ['lists within lists', `${'- '.repeat(5_000)}\nimage: x`],
  ['100 KB of headings', 'a\n=\n'.repeat(25_000)],
  [
    'a YAML mapping of 60,000 keys',
    `\`\`\`yaml\n${Array.from({ length: 60_000 }, (_, i) => `k${i}: v`).join('\n')}\n\`\`\`\n`,
  ],
])(
  '%s is read, and nothing else waits for it',
  async (_name, text) => {
    const pause = await longestPause(async () => {
      const read = await readDocument(markdown(text), LIMITS);
      if (!read.ok) throw new Error(read.message);
      const compared = await read.value.compare({ features: ['ports'] }, facts);
      expect(compared.ok).toBe(true);
      await read.value.close();
    });
    expect(pause).toBeLessThan(200);
  },
  60_000,
);

test('a document that takes too long or too much memory is refused with the limit, and the server goes on', async () => {
  const slow = await readDocument(markdown('a\n=\n'.repeat(200_000)), { time_ms: 300, memory_mb: 512 });
  expect(slow).toMatchObject({ ok: false, reason: 'TooSlow', message: 'reading it takes longer than 0.3 s' });
  const large = await readDocument(markdown('- {a: [1, 2, {b: c}]}\n'.repeat(80_000)), {
    time_ms: 30_000,
    memory_mb: 16,
  });
  expect(large).toMatchObject({ ok: false, reason: 'TooMuchMemory' });
});

test('YAML nested deeper than the stack is no document, and no crash', async () => {
  const read = await readDocument([{ name: 'deep.yaml', kind: 'yaml', text: `a: ${'['.repeat(100_000)}` }], LIMITS);
  if (read.ok) await read.value.close();
  else expect(read.reason).toBe('TooDeep');
});
