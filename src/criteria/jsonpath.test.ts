import { expect, test } from 'vitest';
import { parseJsonPath } from './jsonpath.ts';

const object = {
  metadata: { name: 'web', annotations: { 'example.org/owner': 'me' } },
  status: {
    phase: 'Running',
    ready: true,
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
    ports: [80, 443],
  },
};

test.each([
  ['{.status.phase}', ['Running']],
  ['.status.phase', ['Running']],
  ['status.phase', ['Running']],
  ["'{.status.phase}'", ['Running']],
  ['{$.status.phase}', ['Running']],
  ['{.status.ready}', [true]],
  ['{.status.ports[0]}', [80]],
  ['{.status.ports[-1]}', [443]],
  ['{.status.ports[*]}', [80, 443]],
  ['{.status.ports[9]}', []],
  ['{.status.conditions[?(@.type=="Ready")].status}', ['True']],
  ["{.status.conditions[?(@.type == 'Synced')].status}", ['False']],
  ['{.status.conditions[?(@.status!="True")].type}', ['Synced']],
  ['{.status.conditions[*].type}', ['Ready', 'Synced']],
  ["{.metadata.annotations['example.org/owner']}", ['me']],
  ['{.metadata.annotations.example\\.org/owner}', ['me']],
  ['{.status.nope.deeper}', []],
  ['{.constructor}', []],
  ['{.__proto__}', []],
] as const)('%s', (path, expected) => {
  expect(parseJsonPath(path)?.read(object)).toEqual(expected);
});

test.each(['{..name}', '{.a[?(@.b>1)]}', '{range .items[*]}{.x}{end}', '', '{}', '{.a[(@.length-1)]}', '{.a[0:2]}'])(
  '%s is no path that is offered',
  (path) => {
    expect(parseJsonPath(path)).toBeUndefined();
  },
);
