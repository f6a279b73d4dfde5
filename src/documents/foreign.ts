/** Files of programs that deploy something and that no rule reads: what to pass instead. By the end of their names. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/\.(tf|tofu|tf\.json)$/i, 'it is Terraform, which no rule reads: pass the manifests or the chart that it installs'],
  [/(^|\/)tiltfile$/i, 'it is a Tiltfile: run "tilt dump engine", or pass the manifests that it names'],
  [/\.(nomad|nomad\.hcl)$/i, 'it is a job of Nomad, which no rule reads: write it as a compose file'],
  [/\.(jsonnet|libsonnet)$/i, 'it is jsonnet: run "jsonnet FILE" and compare what comes out'],
  [/\.(cue|dhall|ncl|pkl)$/i, 'it is a program that makes manifests: run it and compare what comes out'],
  [/\.(container|kube|pod)$/i, 'it is a unit of Podman (quadlet), which no rule reads: write it as a compose file'],
  [/\.pdf$/i, 'it is a PDF: save its text, and pass that'],
  [/\.ipynb$/i, 'it is a notebook: save it as Markdown, and compare that'],
  [/\.(docx?|odt|rtf|pptx?|xlsx?)$/i, 'it is an office document: save its text, and compare that'],
  [
    /\.(ya?ml|json)\.(j2|jinja2?|tmpl|tpl|gotmpl|erb|ejs|mustache|template)$/i,
    'it is a template, which another program fills in: render it, and compare what comes out',
  ],
  [/\.(tar|tgz|tar\.gz|zip|tar\.bz2|tar\.xz)$/i, 'it is an archive: unpack it, and pass what is inside'],
];

/** Why a file of this name is not compared; undefined: it may be. */
export const foreignFile = (name: string): string | undefined => FOREIGN.find(([pattern]) => pattern.test(name))?.[1];
