import { generateKeyPairSync } from 'node:crypto';
import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';
import { expect, test } from 'vitest';
import { HIDDEN, redact } from './index.ts';

/** What secretlint's recommended rules find in a text: the second opinion on our shapes. */
async function found(content: string): Promise<string[]> {
  const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] };
  const source = { content, filePath: 'log.txt', contentType: 'text' as const };
  const { messages } = await lintSource({ source, options: { config } });
  return messages.filter((m) => !m.message.includes(HIDDEN)).map((m) => m.ruleId.split('-rule-')[1] ?? '');
}

const mixed = (length: number) => 'aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5'.repeat(6).slice(0, length);
const hex = (length: number) => '0f1e2d3c4b5a6978'.repeat(8).slice(0, length);
const digits = (length: number) => '1234567890'.repeat(3).slice(0, length);
const rsa = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;

/** Made up here, and put together from parts so that no scanner takes this file for a leak. */
test.each([
  ['github', `remote: ${'ghp'}_${mixed(36)}`],
  ['gitlab', `${'glpat'}-${mixed(20)}`],
  ['aws', `AWS_SECRET_ACCESS_KEY="${mixed(40)}"`],
  ['slack', `${'xoxb'}-${digits(11)}-${digits(12)}-${mixed(24)}`],
  ['slack', `https://hooks.slack.com/services/T0${digits(7)}/B0${digits(7)}/${mixed(24)}`],
  ['basicauth', `curl https://app:${mixed(12)}@registry.corp.example/v2/`],
  ['privatekey', rsa],
  ['npm', `//registry.example/:_authToken=${'npm'}_${mixed(36)}`],
  ['openai', `${'sk'}-${mixed(20)}T3BlbkFJ${mixed(20)}`],
  ['anthropic', `${'sk'}-ant-api03-${mixed(93)}AA`],
  ['sendgrid', `${'SG'}.${mixed(22)}.${mixed(43)}`],
  ['shopify', `${'shpat'}_${hex(32)}`],
  ['stripe', `${'sk'}_live_${mixed(99)}`],
  ['linear', `${'lin'}_api_${mixed(40)}`],
  ['notion', `${'ntn'}_${digits(11)}${mixed(35)}`],
  ['groq', `${'gsk'}_${mixed(52)}`],
  ['grafana', `${'glsa'}_${mixed(32)}_${hex(8)}`],
  ['huggingface', `${'hf'}_abcdefghijKLMNOPqrstUVWXyzABCDefgh`],
  ['hashicorp-vault', `${'hvs'}.${mixed(95)}`],
  ['vercel', `${'vcp'}_${mixed(40)}`],
  ['databricks', `${'dapi'}${hex(32)}`],
  ['docker', `${'dckr'}_pat_${mixed(27)}`],
  ['figma', `${'figd'}_${mixed(40)}`],
  ['cloudflare', `${'cfut'}_${mixed(40)}${hex(8)}`],
  ['tailscale', `${'tskey'}-auth-${mixed(16)}-${mixed(32)}`],
  ['database-connection-string', `postgresql://app:${mixed(14)}@db.corp.example:5432/app`],
  ['database-connection-string', `mongodb://app:${mixed(14)}@db.corp.example:27017/app`],
])('what secretlint calls %s is hidden (%#)', async (rule, text) => {
  const line = `2026-01-01T00:00:00Z level=error\n${text}\nretries=3`;
  expect(await found(line)).toContain(rule);
  expect(await found(redact(line))).toEqual([]);
});
