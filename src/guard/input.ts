export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a client writes to a hook: one JSON object. Its folder, and the rest as it is. */
export function hookInput(text: string): { readonly cwd: string; readonly fields: Fields } {
  const fields: unknown = JSON.parse(text);
  if (!isFields(fields)) throw new Error('the hook was given no JSON object');
  const [root] = Array.isArray(fields.workspace_roots) ? fields.workspace_roots : [];
  const cwd = [fields.cwd, root].find((one) => typeof one === 'string' && one !== '');
  return { cwd: typeof cwd === 'string' ? cwd : process.cwd(), fields };
}
