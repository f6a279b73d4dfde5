import { describe, expect, test } from 'vitest';
import { apiSubject } from './api-name.ts';

const subject = (text: string) => {
  const read = apiSubject(text);
  return read.ok ? read.subject : read.message;
};

describe('an API has one subject, however it is written', () => {
  test.each([
    ['apps/v1/Deployment', 'api:apps/v1/Deployment'],
    ['  apps/v1/Deployment ', 'api:apps/v1/Deployment'],
    ['apps/v1 Deployment', 'api:apps/v1/Deployment'],
    ['apps/v1, Kind=Deployment', 'api:apps/v1/Deployment'],
    ['v1/Pod', 'api:v1/Pod'],
    ['core/v1/Pod', 'api:v1/Pod'],
    ['api:v1/Pod', 'api:v1/Pod'],
    ['postgresql.cnpg.io/v1/Cluster', 'api:postgresql.cnpg.io/v1/Cluster'],
    ['postgresql.cnpg.io/v1 Cluster', 'api:postgresql.cnpg.io/v1/Cluster'],
    ['Apps/v1/Deployment', 'api:apps/v1/Deployment'],
    ['apps/Deployment', 'api:apps/Deployment'],
    ['core/Pod', 'api:core/Pod'],
    ['deployments.v1.apps', 'api:apps/v1/deployments'],
    ['certificates.cert-manager.io', 'api:cert-manager.io/certificates'],
    ['Ingress', 'api:Ingress'],
    ['apps/v1/Deployment:spec.template.spec.hostUsers', 'api:apps/v1/Deployment:spec.template.spec.hostUsers'],
    [
      'apps/v1/Deployment:.spec.template.spec.containers[*].image',
      'api:apps/v1/Deployment:spec.template.spec.containers.image',
    ],
  ])('%s', (text, wanted) => expect(subject(text)).toBe(wanted));
});

describe('what is no API is refused, and the forms are told', () => {
  test.each([
    '',
    'a/b/c/d',
    'apps/1/Deployment',
    'apps/v1/',
    'apps/v1/Deploy ment here',
    'apps/v1/Deployment:',
    'rm -rf /',
  ])('%j', (text) => {
    expect(apiSubject(text)).toMatchObject({ ok: false, message: expect.stringContaining('group/version/Kind') });
  });
});

test('a subject read again is itself', () => {
  for (const text of ['apps/v1/Deployment', 'v1/Pod:spec.hostUsers', 'apps/Deployment', 'core/Pod', 'Ingress']) {
    const once = subject(text);
    expect(subject(once)).toBe(once);
  }
});
