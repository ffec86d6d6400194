import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, with a trailing separator. */
export const repositoryRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Folders that are made, not kept: what .gitignore says. */
const madeFolders = new Set(['.git', 'node_modules', 'dist', 'build', 'coverage']);

/** Files that belong to the repository (tracked, or new and not ignored), relative to its root. */
export function repositoryFiles(): string[] {
  return (listedByGit() ?? filesBelow('')).filter((path) => existsSync(repositoryRoot + path));
}

/** Undefined in a copy without its history, or where there is no git. */
function listedByGit(): string[] | undefined {
  if (!existsSync(`${repositoryRoot}.git`)) {
    return undefined;
  }
  try {
    return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
      cwd: repositoryRoot,
      encoding: 'utf8',
    })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    return undefined;
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(repositoryRoot + folder, { withFileTypes: true }).flatMap((entry) => {
    if (madeFolders.has(entry.name)) {
      return [];
    }
    return entry.isDirectory() ? filesBelow(`${folder}${entry.name}/`) : [folder + entry.name];
  });
}

export function readRepositoryFile(path: string): string {
  return readFileSync(repositoryRoot + path, 'utf8');
}
