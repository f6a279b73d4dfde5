import { userInfo } from 'node:os';

/** The account this process runs as; a container's user often has no name, then its number. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? process.env.LOGNAME ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
