/**
 * The arguments of a bullet that would settle a subject: a starting point an agent completes, never one that proves
 * anything by itself.
 */
export function bulletArguments(assumption: string, about: readonly string[]): Record<string, unknown> {
  const images = about.filter((s) => s.startsWith('image:')).map((s) => s.slice('image:'.length));
  const apis = about.filter((s) => s.startsWith('api:')).map((s) => s.slice('api:'.length).split(':')[0] ?? '');
  const documents = [
    ...images.map(imagePod),
    ...apis.filter((api) => !(images.length > 0 && api === 'v1/Pod')).map(skeleton),
  ];
  const subject =
    images.length > 0 ? 'Pod reaches Running state' : `${kindOf(apis[0]) ?? 'object'} reaches Ready state`;
  return {
    assumption,
    minimal_spec:
      documents.length > 0 ? documents.join('---\n') : `# the smallest object that shows: ${about.join(', ')}\n`,
    success_criteria: subject,
  };
}

const kindOf = (api: string | undefined) => api?.split('/').at(-1);

/** The smallest Pod that shows whether an image can be pulled and run. */
export const imagePod = (image: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: try-image
spec:
  containers:
    - name: try
      image: ${JSON.stringify(image)}
`;

function skeleton(api: string): string {
  const parts = api.split('/');
  return `apiVersion: ${parts.slice(0, -1).join('/')}
kind: ${parts.at(-1)}
metadata:
  name: try-${(parts.at(-1) ?? 'object').toLowerCase()}
spec: {}
`;
}
