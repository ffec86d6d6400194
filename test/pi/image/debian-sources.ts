/** A place that apt takes Debian packages from, of the files in /etc/apt. */
export interface DebianSource {
  readonly address: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** The key ring that signs it, where the entry says one. */
  readonly signedBy: string | undefined;
}

/** Reads a file `*.sources` (sources.list(5), "DEB822-STYLE FORMAT"). Keys that stand in the file itself are not taken. */
export function readSourceParagraphs(text: string): DebianSource[] {
  return text.split(/\n\s*\n/u).flatMap((paragraph) => {
    const fields = new Map(
      paragraph
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .flatMap((line) => {
          const match = /^([A-Za-z-]+):\s*(.*?)\s*$/u.exec(line);
          return match === null ? [] : [[(match[1] as string).toLowerCase(), match[2] as string] as const];
        }),
    );
    const words = (name: string): string[] => (fields.get(name) ?? '').split(/\s+/u).filter(Boolean);
    if (!words('types').includes('deb') || fields.get('enabled')?.toLowerCase() === 'no') return [];
    const signedBy = fields.get('signed-by');
    return words('uris').map((address) => ({
      address,
      suites: words('suites'),
      components: words('components'),
      signedBy: signedBy === '' ? undefined : signedBy,
    }));
  });
}

/** Reads `sources.list` (sources.list(5), "ONE-LINE-STYLE FORMAT"). */
export function readSourceLines(text: string): DebianSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/u.exec(line);
    if (match === null) return [];
    const signedBy = /(?:^|\s)signed-by=(\S+)/u.exec(match[1] ?? '')?.[1];
    return [
      {
        address: match[2] as string,
        suites: [match[3] as string],
        components: (match[4] as string).trim().split(/\s+/u),
        signedBy,
      },
    ];
  });
}

/**
 * Lines of a list with the release of this machine, and with its backports where they are needed: from the place that
 * the machine already takes the release from, so that no address stands here. Empty when it takes it from nowhere.
 */
export function deriveSourceLines(
  sources: readonly DebianSource[],
  release: string,
  withBackports: boolean,
): string[] {
  const own = sources.find(
    ({ suites, components }) => suites.includes(release) && components.includes('main'),
  );
  if (own === undefined) return [];
  const options = own.signedBy === undefined ? '' : `[signed-by=${own.signedBy}] `;
  const suites = withBackports ? [release, `${release}-backports`] : [release];
  return suites.map((suite) => `deb ${options}${own.address} ${suite} main`);
}
