import { expect, test } from 'vitest';
import { findField } from './fields.ts';

const kind = { group: 'x.example.com', version: 'v1', kind: 'Foo' };
const document = {
  components: {
    schemas: {
      Foo: {
        type: 'object',
        'x-kubernetes-group-version-kind': [kind],
        properties: {
          spec: { allOf: [{ $ref: '#/components/schemas/Spec' }], default: {} },
          open: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
      Spec: {
        type: 'object',
        required: ['replicas'],
        properties: {
          replicas: { type: 'integer' },
          mode: { type: 'string', enum: ['a', 'b'] },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          parts: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
          port: { 'x-kubernetes-int-or-string': true },
        },
      },
    },
  },
};
const find = (path: string) => findField(document, kind, path);

test('a field that is there tells its type, whether it is required, and its values', () => {
  expect(find('spec.replicas')).toMatchObject({ state: 'known', type: 'integer', required: true });
  expect(find('spec.mode')).toMatchObject({ state: 'known', values: ['a', 'b'], required: false });
  expect(find('spec.parts.name')).toMatchObject({ state: 'known', type: 'string' });
  expect(find('spec.labels.anything')).toMatchObject({ state: 'known', type: 'string' });
  expect(find('spec.port')).toMatchObject({ state: 'known', type: 'integer or string' });
});

test('a field that is not there names the nearest', () => {
  expect(find('spec.replica')).toEqual({ state: 'missing', parent: 'spec', field: 'replica', near: ['spec.replicas'] });
  expect(find('spec.mode.deep')).toMatchObject({ state: 'missing', parent: 'spec.mode' });
  expect(find('spec.port.deep')).toMatchObject({ state: 'missing' });
});

test('an open schema and a missing one are told apart from a missing field', () => {
  expect(find('open.whatever')).toEqual({ state: 'open', from: 'open' });
  expect(findField(document, { ...kind, kind: 'Bar' }, 'spec')).toEqual({ state: 'no-schema' });
  expect(findField('not a document', kind, 'spec')).toEqual({ state: 'no-schema' });
});
