import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import { isRecord, type KubeObject, subjectRef } from '../objects/index.ts';
import { fail, pass, unknown, type Verdict } from '../workflow/verdict.ts';
import { allOf, forEach, inView, ofAll, type Predicate, type Target, unreconciled, type View } from './predicate.ts';

/** Small expressions only: a criterion is a sentence. */
const LIMITS = { maxAstNodes: 400, maxDepth: 24, maxListElements: 64, maxMapEntries: 64, maxCallArguments: 8 };
/** Each nested loop multiplies the work by a list's length. */
const MOST_NESTED = 2;
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

const environment = new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits: LIMITS })
  .registerVariable('object', 'dyn')
  .registerVariable('objects', 'list<dyn>');

export type CelParsed =
  | { readonly ok: true; readonly predicate: Predicate }
  | { readonly ok: false; readonly error: string };

/** `object`: the one that the criterion is about; `objects`: everything seen. Must give true or false. */
export function parseCel(text: string, expression: string, target: Target): CelParsed {
  let program: ParseResult;
  try {
    program = environment.parse(expression);
  } catch (error) {
    return { ok: false, error: `the CEL expression can't be parsed: ${said(error)}` };
  }
  const checked = program.check();
  if (!checked.valid) return { ok: false, error: `the CEL expression is wrong: ${said(checked.error)}` };
  if (checked.type !== 'bool' && checked.type !== 'dyn') {
    return { ok: false, error: `the CEL expression gives ${checked.type}, not true or false` };
  }
  const dangerous = costly(program.ast);
  if (dangerous !== undefined) return { ok: false, error: dangerous };
  const names = variables(program.ast);
  if (names.size === 0) return { ok: false, error: 'the CEL expression looks at nothing: use object or objects' };
  return { ok: true, predicate: predicate(text, target, program, names.has('object')) };
}

function predicate(text: string, target: Target, program: ParseResult, aboutOne: boolean): Predicate {
  if (aboutOne) return forEach(text, target, (object, view) => evaluate(program, view, object));
  // About all of them together: each target must have been acted on all the same.
  return ofAll(text, target, (objects, view) => {
    const verdict = evaluate(program, view);
    const late = view.dryRun === true ? [] : objects.flatMap((o) => unreconciled(o, view) ?? []);
    return verdict.status === 'pass' ? allOf([...late, verdict]) : verdict;
  });
}

function evaluate(program: ParseResult, view: View, object?: KubeObject): Verdict {
  const what = object === undefined ? 'the expression' : subjectRef(object);
  try {
    const value: unknown = program({
      object: object === undefined ? null : integers(object),
      objects: inView(view).map((o) => integers(o)),
    });
    if (value === true) return pass('ExpressionTrue', `${what}: the expression is true`);
    if (value === false) return fail('ExpressionFalse', `${what}: the expression is false`);
    return unknown('NotBoolean', `${what}: the expression gives neither true nor false`);
  } catch (error) {
    const message = said(error);
    // A field that isn't there yet is the ordinary state of an object before its controller has written it.
    if (/no such key|no such (field|overload)|index out of/i.test(message))
      return fail('ExpressionUndefined', `${what}: ${message}`);
    return unknown('ExpressionFailed', `${what}: ${message}`);
  }
}

const said = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

/** JSON has one kind of number; Kubernetes' CEL sees whole ones as int, so that `replicas + 1` works. */
function integers(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(integers);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, integers(item)]));
  return value;
}

const isNode = (value: unknown): value is ASTNode => isRecord(Object(value)) && typeof at(value, 'op') === 'string';
const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

function childrenOf(node: unknown): unknown[] {
  const args = at(node, 'args');
  return (Array.isArray(args) ? args.flat(2) : [args]).filter(isNode);
}

function costly(node: unknown, nested = 0): string | undefined {
  const args = at(node, 'args');
  const name = Array.isArray(args) && (at(node, 'op') === 'rcall' || at(node, 'op') === 'call') ? String(args[0]) : '';
  // JavaScript's regular expressions can take for ever; CEL's promise not to.
  if (name === 'matches') return 'matches() is not offered: use contains, startsWith, endsWith or ==';
  const depth = nested + (LOOPS.has(name) ? 1 : 0);
  if (depth > MOST_NESTED) return `loops (${[...LOOPS].join(', ')}) can be nested ${MOST_NESTED} deep at most`;
  for (const child of childrenOf(node)) {
    const no = costly(child, depth);
    if (no !== undefined) return no;
  }
  return undefined;
}

function variables(node: unknown): Set<string> {
  const own = at(node, 'op') === 'id' ? [String(at(node, 'args'))] : [];
  const names = [...own, ...childrenOf(node).flatMap((child) => [...variables(child)])];
  return new Set(names.filter((name) => name === 'object' || name === 'objects'));
}
