import { isRecord } from '../ref.ts';
import { records, strings } from './pods.ts';

/** A label selector in either form: a Service's plain map, or matchLabels and matchExpressions. */
export type Selector = Readonly<Record<string, unknown>>;

/** One that names nothing selects everything (or nothing, a Service's): it says nothing about these labels. */
export function isEmptySelector(selector: Selector): boolean {
  const { matchLabels, matchExpressions } = selector;
  if (matchLabels === undefined && matchExpressions === undefined) return Object.keys(selector).length === 0;
  return Object.keys(strings(matchLabels)).length === 0 && records(matchExpressions).length === 0;
}

/** Pure: apimachinery's labels.Selector.Matches. */
export function selects(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const whole = isRecord(selector.matchLabels) || Array.isArray(selector.matchExpressions);
  const wanted = Object.entries(strings(whole ? selector.matchLabels : selector));
  if (!wanted.every(([key, value]) => labels[key] === value)) return false;
  return !whole || records(selector.matchExpressions).every((e) => expressionHolds(e, labels));
}

function expressionHolds(expression: Record<string, unknown>, labels: Readonly<Record<string, string>>): boolean {
  const has = labels[String(expression.key)];
  const values = Array.isArray(expression.values) ? expression.values.map(String) : [];
  switch (expression.operator) {
    case 'In':
      return has !== undefined && values.includes(has);
    case 'NotIn':
      return has === undefined || !values.includes(has);
    case 'Exists':
      return has !== undefined;
    case 'DoesNotExist':
      return has === undefined;
    default:
      return false;
  }
}
