import { parseAst } from 'rolldown/parseAst';

/** One change of one file: the text from start to end becomes `by`. */
export type Mutant = { readonly file: string; readonly start: number; readonly end: number; readonly by: string };
type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number };

const OPERATORS: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '+': '-',
  '-': '+',
  '&&': '||',
  '||': '&&',
  '??': '&&',
};

/** Every operator, constant, condition and statement of the text, changed one at a time. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const found: Mutant[] = [];
  const put = (start: number, end: number, by: string) => found.push({ file, start, end, by });
  visit(parseAst(text, { lang: 'ts' }), (node) => {
    switch (node.type) {
      case 'BinaryExpression':
      case 'LogicalExpression': {
        const other = OPERATORS[String(node.operator)];
        const at = operatorAt(node, text);
        if (at !== undefined && other !== undefined) put(at, at + String(node.operator).length, other);
        return;
      }
      case 'UnaryExpression':
        if (node.operator === '!') put(node.start, node.start + 1, '');
        return;
      case 'Literal':
        if (typeof node.value === 'boolean') put(node.start, node.end, String(!node.value));
        if (typeof node.value === 'number') put(node.start, node.end, String(node.value + 1));
        return;
      case 'IfStatement':
      case 'ConditionalExpression':
        if (isNode(node.test)) for (const by of ['true', 'false']) put(node.test.start, node.test.end, by);
        return;
      case 'ExpressionStatement':
        put(node.start, node.end, ';');
        return;
    }
  });
  return found;
}

/** Where the operator between the two sides stands. */
function operatorAt({ left, right, operator }: Node, text: string): number | undefined {
  if (!isNode(left) || !isNode(right)) return undefined;
  const at = text.indexOf(String(operator), left.end);
  return at >= 0 && at < right.start ? at : undefined;
}

/** Types mean nothing when it runs. */
function visit(value: unknown, each: (node: Node) => void): void {
  if (Array.isArray(value)) for (const one of value) visit(one, each);
  if (!isNode(value) || value.type.startsWith('TSType') || value.type.startsWith('TSInterface')) return;
  each(value);
  for (const inner of Object.values(value)) if (typeof inner === 'object') visit(inner, each);
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
