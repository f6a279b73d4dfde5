/**
 * What keeps the sandbox from doing what was asked, in a sentence that says what to do about it. An exception, because
 * it ends a long sequence of steps from deep within; the command line is the one place that catches it.
 * `usage`: the caller asked for what can't be; `environment`: this machine lacks something; `failed`: a part of the
 * cluster did not do what it should.
 */
export class SandboxProblem extends Error {
  readonly kind: 'usage' | 'environment' | 'failed';

  constructor(kind: SandboxProblem['kind'], message: string) {
    super(message);
    this.name = 'SandboxProblem';
    this.kind = kind;
  }
}
