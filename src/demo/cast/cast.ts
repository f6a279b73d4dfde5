/** The workloads of the story's application. */
export type Part = 'dify-api' | 'dify-worker' | 'dify-web' | 'redis' | 'weaviate';

/** What plays the application: programs that only exist, where containers are simulated, or ones that really work. */
export type Cast = {
  /** The images' names and tags, below upstream/ and mirror/. */
  readonly application: string;
  readonly redis: string;
  readonly weaviate: string;
  /** What a part's container runs and needs, as YAML fields of the container. */
  readonly container: Readonly<Record<Part, string>>;
  /** Ports by part; a part without one is no server and has no Service. */
  readonly ports: Readonly<Partial<Record<Part, number>>>;
  /** How long a bullet may take. */
  readonly patience: string;
  /** The plan's checks at the end. */
  readonly health: readonly string[];
  readonly functional: readonly string[];
  /** Secrets that an operator of the story makes, with their keys. */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
  /** Operators that the research takes for granted, beside their APIs. */
  readonly operators: readonly string[];
  /** The rollback is taken for real, in a copy; else it is tried with dry runs. */
  readonly rehearses: boolean;
  /** What the images really are, in the words of the demo. */
  readonly images: string;
};
