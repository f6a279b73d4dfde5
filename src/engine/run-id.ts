import { randomBytes } from 'node:crypto';

export const newRunId = (): string => `run-${randomBytes(6).toString('hex')}`;
