import { describe, expect, test } from 'vitest';
import { alreadyTrue, readCriteria, subjectsOf } from '../../src/bullets/criteria.ts';
import { readSpec } from '../../src/bullets/spec.ts';
import { FORMED } from '../../src/workflow/bullet-forms.ts';
import { bulletArguments } from '../../src/workflow/suggest.ts';

const IMAGE = 'docker.io/library/busybox:1';

describe('a bullet that is suggested', () => {
  test.each([...FORMED, 'example.org/v1/Widget'])('for %s is read, accepted, and proves something', (api) => {
    for (const about of [[`api:${api}`], [`api:${api}`, `image:${IMAGE}`]]) {
      const { minimal_spec, success_criteria } = bulletArguments('a-1', about, [IMAGE]);
      const spec = readSpec(String(minimal_spec));
      if (!spec.ok) throw new Error(spec.refusal.message);
      expect(spec.objects.map((o) => `${o.apiVersion}/${o.kind}`)).toContain(api);
      expect(new Set(spec.objects.map((o) => o.metadata.name)).size).toBe(spec.objects.length);
      if (about.length === 2) expect(String(minimal_spec)).toContain(IMAGE);
      const read = readCriteria(String(success_criteria), subjectsOf(spec.objects));
      if ('code' in read) throw new Error(read.message);
      expect(alreadyTrue(read.predicates, spec.objects, about)).toBeUndefined();
    }
  });

  test('several kinds at once are one bullet', () => {
    const about = [
      'api:v1/ConfigMap',
      'api:v1/Secret',
      'api:v1/ServiceAccount',
      'api:apps/v1/Deployment',
      `image:${IMAGE}`,
    ];
    const { minimal_spec, success_criteria } = bulletArguments('a-1', about);
    const spec = readSpec(String(minimal_spec));
    expect(spec.ok && spec.objects.map((o) => o.kind).sort()).toEqual([
      'ConfigMap',
      'Deployment',
      'Deployment',
      'Pod',
      'Secret',
      'ServiceAccount',
    ]);
    expect(success_criteria).toBe('Pod reaches Running state; Deployment is Available');
  });
});
