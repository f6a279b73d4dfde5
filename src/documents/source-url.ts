/** The raw files behind pages that show them, in the order to try: GitHub and GitLab blobs, repositories' READMEs, gists. */
export function rawUrls(url: URL): URL[] {
  const parts = url.pathname.split('/').filter((p) => p !== '');
  const [owner, repo, view, ref, ...path] = parts;
  if (/^(www\.)?github\.com$/.test(url.hostname) && owner !== undefined && repo !== undefined) {
    const raw = (reference: string, file: string) =>
      new URL(`https://raw.githubusercontent.com/${owner}/${repo.replace(/\.git$/, '')}/${reference}/${file}`);
    const readmes = (reference: string, folder: readonly string[]) =>
      ['README.md', 'readme.md', 'README.rst', 'README'].map((name) => raw(reference, [...folder, name].join('/')));
    if ((view === 'blob' || view === 'raw') && ref !== undefined && path.length > 0) return [raw(ref, path.join('/'))];
    if (view === 'tree' && ref !== undefined) return readmes(ref, path);
    if (view === undefined) return readmes('HEAD', []);
  }
  if (url.hostname === 'gist.github.com' && parts.length === 2)
    return [new URL(`https://gist.githubusercontent.com/${parts.join('/')}/raw`)];
  if (/(^|\.)gitlab\.com$/.test(url.hostname) && url.pathname.includes('/-/blob/'))
    return [new URL(url.href.replace('/-/blob/', '/-/raw/'))];
  return [url];
}
