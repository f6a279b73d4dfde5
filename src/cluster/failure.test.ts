import { expect, test } from 'vitest';
import { conflictsIn, fromAnswer, fromError, fromStatus, retryAfter } from './failure.ts';

const status = (more: object) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...more });

test("the API server's own reason and sentence are kept", () => {
  const body = status({ reason: 'Forbidden', message: 'pods is forbidden', code: 403, details: { kind: 'pods' } });
  expect(fromAnswer(403, {}, body)).toEqual({
    status: 403,
    reason: 'Forbidden',
    message: 'pods is forbidden',
    details: { kind: 'pods' },
  });
});

test("a proxy's 404 is no word about an object: that is the API server's Status, or its plain text", () => {
  for (const page of ['<html>Not Found</html>', '{"error": "no such route"}']) {
    expect(fromAnswer(404, {}, page)).toMatchObject({ status: 502, reason: 'BadAnswer' });
  }
  const status =
    '{"kind":"Status","status":"Failure","reason":"NotFound","code":404,"message":"pods \\"x\\" not found"}';
  for (const said of [status, '404 page not found\n', '']) {
    expect(fromAnswer(404, {}, said)).toMatchObject({ status: 404, reason: 'NotFound' });
  }
});

test("a proxy's HTML page is told by its status, not quoted", () => {
  expect(fromAnswer(502, {}, '<html>Bad Gateway</html>')).toEqual({
    status: 502,
    reason: 'BadGateway',
    message: 'HTTP 502',
  });
});

test('a plain sentence is quoted, and cut', () => {
  const failure = fromAnswer(503, {}, `upstream ${'x'.repeat(1000)}`);
  expect(failure.reason).toBe('ServiceUnavailable');
  expect(failure.message).toMatch(/^HTTP 503: upstream x+$/);
  expect(failure.message.length).toBeLessThan(250);
});

test('a broken or half Status is still a failure', () => {
  expect(fromAnswer(500, {}, '{"kind":"Status","reason":').reason).toBe('InternalError');
  expect(fromStatus(undefined).reason).toBe('Refused');
});

test('an error inside a watch carries its own code', () => {
  expect(fromStatus({ kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' })).toEqual({
    status: 410,
    reason: 'Expired',
    message: 'too old resource version',
  });
});

test.each([
  [{ 'retry-after': '3' }, undefined, 3000],
  [{ 'retry-after': 'Tue, 01 Jan 2030 00:00:05 GMT' }, undefined, 5000],
  [{ 'retry-after': 'Mon, 31 Dec 2029 00:00:00 GMT' }, undefined, 0],
  [{}, { retryAfterSeconds: 2 }, 2000],
  [{ 'retry-after': 'soon' }, undefined, undefined],
  [{}, undefined, undefined],
])('Retry-After %j with details %j is %s ms', (headers, details, expected) => {
  expect(retryAfter(headers, details, Date.parse('2030-01-01T00:00:00Z'))).toBe(expected);
});

const withCode = (code: string) => Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });

test('network and certificate errors are different answers', () => {
  expect(fromError(withCode('ECONNREFUSED'), 'https://h')).toMatchObject({
    status: 0,
    reason: 'Unreachable',
    code: 'ECONNREFUSED',
  });
  for (const code of ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID']) {
    expect(fromError(withCode(code), 'https://h').reason).toBe('Untrusted');
  }
  expect(fromError(new AggregateError([withCode('ECONNREFUSED')]), 'https://h').code).toBe('ECONNREFUSED');
  expect(fromError(new Error('x'), 'https://h', 'timeout').reason).toBe('Timeout');
  expect(fromError(new Error('x'), 'https://h', 'cancelled').reason).toBe('Cancelled');
});

test('conflicts are told by manager', () => {
  const cause = (message: string, field: string) => ({ reason: 'FieldManagerConflict', message, field });
  const details = {
    causes: [
      cause('conflict with "kubectl-client-side-apply" using apps/v1', '.spec.replicas'),
      cause('conflict with "hpa \\"x\\"" with subresource "scale" using apps/v1', '.spec.template'),
      cause('conflict with "kubectl-client-side-apply" using apps/v1', '.spec.paused'),
      { reason: 'FieldValueInvalid', message: 'no', field: '.x' },
    ],
  };
  expect(conflictsIn(details)).toEqual([
    { manager: 'kubectl-client-side-apply', fields: ['.spec.replicas', '.spec.paused'] },
    { manager: 'hpa \\"x\\"', fields: ['.spec.template'] },
  ]);
  expect(conflictsIn(undefined)).toEqual([]);
});
