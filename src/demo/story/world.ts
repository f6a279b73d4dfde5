import type { Agent } from '../agent.ts';
import type { Site } from '../files/index.ts';

/** What the story may do besides calling tools: the world around the agent (registry, other teams, a person, git). */
export type World = {
  readonly site: Site;
  readonly workspace: string;
  readonly agent: Agent;
  /** Puts upstream's images into the registry, as somebody with access to the internet would. */
  publishUpstream(): Promise<void>;
  /** Copies the application's image to where the cluster's policy wants it. */
  mirror(): Promise<void>;
  /** Another team's quota on the namespace. */
  quota(pods: number): Promise<void>;
  /** What the application itself says once it runs; nothing where no container really runs. */
  proof?(): Promise<readonly string[]>;
  /** The kubeconfig context, where it isn't the current one. */
  readonly context?: string;
};
