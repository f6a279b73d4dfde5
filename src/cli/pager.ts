import { spawnSync } from 'node:child_process';
import { print } from '../print/index.ts';
import type { Visible } from '../workflow/index.ts';
import { isTerminal } from './terminal.ts';

/** Lines in the person's `$PAGER` (less where none is set); plainly where stdout is no terminal or there is no pager. */
export function page(lines: readonly Visible[]): void {
  const text = `${lines.join('\n')}\n`;
  const pager = process.env.PAGER ?? 'less';
  if (isTerminal() && pager.trim() !== '') {
    const { status, error } = spawnSync(pager, {
      shell: true,
      input: text,
      stdio: ['pipe', 'inherit', 'inherit'],
      // Whoever pages through a plan runs no commands from there.
      env: { ...process.env, LESSSECURE: '1' },
    });
    if (error === undefined && status === 0) return;
  }
  print(text);
}
