import type { z } from 'zod';

/**
 * One line for the first problem of a file: the path of the field and what is wrong with it, with the nearest known
 * name when a field or value is not known.
 */
export function describeProblem(error: z.ZodError, input: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) {
    return 'not valid';
  }
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `${describeIssue(issue, input)}${more}`;
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const key = issue.keys[0] ?? '';
      return `unknown field ${fieldPath([...issue.path, key])}; remove it or correct its name`;
    }
    case 'invalid_union': {
      // The branch that got furthest is the one that was meant.
      const branches = issue.errors.filter((branch) => branch.length > 0);
      const deepest = branches.sort((one, other) => depth(other) - depth(one))[0]?.[0];
      if (deepest !== undefined && (deepest.path.length > 0 || branches.length === 1)) {
        return describeIssue({ ...deepest, path: [...issue.path, ...deepest.path] }, input);
      }
      return `${at(issue.path)}${deepest?.message ?? issue.message}`;
    }
    case 'invalid_type':
      return valueAt(input, issue.path) === undefined
        ? `field ${fieldPath(issue.path)} is missing`
        : `${at(issue.path)}${issue.message}`;
    default:
      return `${at(issue.path)}${issue.message}`;
  }
}

function depth(branch: readonly z.core.$ZodIssue[]): number {
  return Math.max(...branch.map((issue) => issue.path.length));
}

function at(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${fieldPath(path)}: `;
}

/** `permissions[2].actions`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./u, '');
  return `"${text}"`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return value;
}

/** The known name that is nearest to what was written, if one is near. */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(written, name);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = name;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const substitution = (previous[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(
        Math.min(substitution, (previous[column] as number) + 1, (current[column - 1] as number) + 1),
      );
    }
    previous = current;
  }
  return previous.at(-1) as number;
}
