/**
 * Which of two versions comes first, by the precedence of Semantic Versioning 2.0.0, section 11: below 0 when it is `one`,
 * above 0 when it is `other`, 0 when they are alike. What stands behind a `+` does not count.
 */
export function compareVersions(one: string, other: string): number {
  const [left, right] = [parts(one), parts(other)];
  return (
    firstDifference(left.release, right.release, compareNumbers) ||
    // A version without a pre-release part comes after all that have one.
    Number(left.preRelease.length === 0) - Number(right.preRelease.length === 0) ||
    firstDifference(left.preRelease, right.preRelease, compareIdentifiers)
  );
}

interface VersionParts {
  readonly release: readonly string[];
  readonly preRelease: readonly string[];
}

function parts(version: string): VersionParts {
  const [precedence = ''] = version.split('+');
  const dash = precedence.indexOf('-');
  return dash < 0
    ? { release: precedence.split('.'), preRelease: [] }
    : { release: precedence.slice(0, dash).split('.'), preRelease: precedence.slice(dash + 1).split('.') };
}

function firstDifference(
  one: readonly string[],
  other: readonly string[],
  compare: (one: string, other: string) => number,
): number {
  for (const [index, part] of one.entries()) {
    const against = other[index];
    const difference = against === undefined ? 1 : compare(part, against);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Numbers come before other identifiers. */
function compareIdentifiers(one: string, other: string): number {
  const [isNumber, isOtherNumber] = [/^\d+$/u.test(one), /^\d+$/u.test(other)];
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  return isNumber ? compareNumbers(one, other) : Number(one > other) - Number(one < other);
}

/** Of any length: a version is text that somebody else wrote. */
function compareNumbers(one: string, other: string): number {
  const [left, right] = [BigInt(one), BigInt(other)];
  return Number(left > right) - Number(left < right);
}
