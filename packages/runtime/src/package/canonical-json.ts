/**
 * The one spelling of a JSON value (RFC 8785): no blanks, names of an object in the order of their UTF-16 units,
 * numbers and texts as ECMAScript writes them. Two readers cannot see different values in it: no name is there twice.
 *
 * `value` comes from JSON.parse and is not nested deeply.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
