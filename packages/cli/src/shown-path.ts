import { relative } from 'node:path';

/** Paths as the user sees them: relative to where they are, unless that leads up. */
export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  if (fromHere === '') {
    return '.';
  }
  return fromHere.startsWith('..') ? path : fromHere;
}
