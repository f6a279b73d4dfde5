/** A piece of a document with the line it starts on: what a reader sees as one paragraph, table row or code block. */
export type Block = {
  readonly kind: 'text' | 'code' | 'row';
  readonly text: string;
  /** Of a code block, if it names one: yaml, sh … */
  readonly language?: string;
  readonly heading: string;
  /** Of the first line of `text`, from 1. */
  readonly line: number;
};
