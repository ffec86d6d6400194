import type { z } from 'zod';
import { RuntimeError, type RuntimeErrorCode } from '../error.ts';
import { knownFields, ownValue } from './known-fields.ts';
import { nearestName } from './nearest-name.ts';

type Issue = z.core.$ZodIssue;

/** Longest piece of a file that a message repeats, characters. */
const MAX_QUOTED_LENGTH = 64;

/** The content of a file as its schema has it. Throws RuntimeError `code` with the first problem; `source` names the file. */
export function checkFile<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  source: string,
  code: RuntimeErrorCode,
): z.output<Schema> {
  const result = schema.safeParse(json);
  if (!result.success) {
    throw new RuntimeError(code, `${source}: ${describeProblem(schema, result.error, json)}`);
  }
  return result.data;
}

/**
 * One line for the first problem of a file: the path of the field and what is wrong with it, with the nearest known
 * name when a field or value is not known.
 */
function describeProblem(schema: z.ZodType, error: z.ZodError, input: unknown): string {
  const issue = mostTelling(error.issues);
  if (issue === undefined) {
    return 'not valid';
  }
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `${describeIssue(schema, issue, input)}${more}`;
}

/** A wrong field name first: it is why the right one is missing. */
function mostTelling(issues: readonly Issue[]): Issue | undefined {
  return issues.find((issue) => issue.code === 'unrecognized_keys') ?? issues[0];
}

function describeIssue(schema: z.ZodType, issue: Issue, input: unknown): string {
  const value = valueAt(input, issue.path);
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const nearest = nearestName(key, knownFields(schema, issue.path, input));
    const advice = nearest === undefined ? 'remove it or correct its name' : `did you mean "${nearest}"?`;
    return `unknown field ${fieldPath([...issue.path, key])}; ${advice}`;
  }
  if (issue.code === 'invalid_key') {
    return `${at(issue.path)}${mostTelling(issue.issues)?.message ?? issue.message}`;
  }
  if (value === undefined && issue.path.length > 0 && issue.code !== 'custom') {
    return `field ${fieldPath(issue.path)} is missing`;
  }
  if (issue.code === 'invalid_union') {
    return describeUnion(schema, issue, input);
  }
  if (issue.code === 'invalid_type') {
    return `${at(issue.path)}must be ${typeWords(issue.expected)}, not ${typeOf(value)}`;
  }
  // A schema that says something of its own keeps its words.
  if ((issue.code === 'too_big' || issue.code === 'too_small') && issue.message.startsWith('Too ')) {
    return `${at(issue.path)}${limitWords(issue, value)}`;
  }
  return `${at(issue.path)}${issue.code === 'invalid_value' ? oneOf(issue.values, value) : issue.message}`;
}

function describeUnion(
  schema: z.ZodType,
  issue: Extract<Issue, { readonly code: 'invalid_union' }>,
  input: unknown,
): string {
  const known = 'options' in issue && Array.isArray(issue.options) ? (issue.options as unknown[]) : [];
  if (known.length > 0) {
    return `${at(issue.path)}${oneOf(known, valueAt(input, issue.path))}`;
  }
  // The branch that got furthest is the one that was meant.
  const branch = issue.errors
    .filter((issues) => issues.length > 0)
    .toSorted((one, other) => depth(other) - depth(one))[0];
  const telling = mostTelling(branch ?? []);
  return telling === undefined
    ? `${at(issue.path)}${issue.message}`
    : describeIssue(schema, { ...telling, path: [...issue.path, ...telling.path] }, input);
}

function depth(branch: readonly Issue[]): number {
  return Math.max(...branch.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

function oneOf(known: readonly unknown[], value: unknown): string {
  const names = known.map((name) => (typeof name === 'string' ? `"${name}"` : String(name)));
  const list = names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : names.join('');
  const nearest = typeof value === 'string' ? nearestName(value, known.map(String)) : undefined;
  return `must be ${list}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

function limitWords(
  issue: Extract<Issue, { readonly code: 'too_big' | 'too_small' }>,
  value: unknown,
): string {
  const strict = issue.inclusive === false;
  const bound =
    issue.code === 'too_big'
      ? `${strict ? 'less than' : 'at most'} ${issue.maximum}`
      : `${strict ? 'more than' : 'at least'} ${issue.minimum}`;
  if (issue.origin === 'string') {
    return `must have ${bound} characters`;
  }
  return issue.origin === 'array' || issue.origin === 'set' || issue.origin === 'map'
    ? `must have ${bound} entries`
    : `must be ${bound}, not ${typeOf(value)}`;
}

function typeWords(expected: string): string {
  switch (expected) {
    case 'int':
      return 'a whole number';
    case 'object':
    case 'record':
      return 'an object';
    case 'array':
      return 'a list';
    case 'string':
      return 'a text';
    case 'boolean':
      return 'true or false';
    default:
      return `a ${expected}`;
  }
}

function typeOf(value: unknown): string {
  if (value === null) {
    return 'null';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  return typeof value === 'number' ? String(value) : typeWords(typeof value);
}

function at(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${fieldPath(path)}: `;
}

/** `"permissions[2].actions"`, on one line whatever the names are. */
function fieldPath(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${printable(String(part))}`))
    .join('')
    .replace(/^\./u, '');
  return `"${text}"`;
}

/** Text from a file as a message can show it: no line ends, no control characters, not long. */
export function printable(text: string): string {
  const short = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}...` : text;
  return short.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    value = ownValue(value, part);
  }
  return value;
}
