import type { Deployment } from '../deployment.ts';
import { bulletArguments, imagesToTry } from '../suggest.ts';
import { call, type Fix, form } from './check.ts';

/**
 * The bullet that would settle these subjects. Only images and APIs have a smallest document; what shows anything about
 * an operator, a requirement or a feature alone, the caller writes.
 */
export function bullet(d: Deployment, assumption: string, about: readonly string[]): Fix {
  const args = bulletArguments(assumption, about, imagesToTry(d));
  return about.some((subject) => /^(?:image|api):/.test(subject))
    ? call('tracer-bullet', d, args)
    : form('tracer-bullet', d, ['minimal_spec', 'success_criteria'], args);
}
