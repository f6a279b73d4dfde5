import type { Cast } from './cast.ts';

const SLEEPS = 'command: [sleep, "3600"]';

/** Where containers are simulated, or the cluster is the user's own: busybox under the names of the story. */
export const simulated: Cast = {
  application: 'dify-api:1.4.0',
  redis: 'redis:7.2',
  weaviate: 'weaviate:1.27.0',
  container: { 'dify-api': SLEEPS, 'dify-worker': SLEEPS, 'dify-web': SLEEPS, redis: SLEEPS, weaviate: SLEEPS },
  ports: { 'dify-api': 5001, 'dify-worker': 5002, 'dify-web': 3000, redis: 6379, weaviate: 8080 },
  patience: '60s',
  health: ['kubectl get endpoints dify-api -o jsonpath={.metadata.name}'],
  functional: ['kubectl get deployment dify-api -o jsonpath={.status.availableReplicas}'],
  secrets: {},
  operators: [],
  rehearses: false,
  images: 'all of them busybox under other names',
};
