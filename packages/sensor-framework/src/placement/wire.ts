/** Bigints as JSON: `{ "$integer": "12" }`. Everything else must be a JSON value already; `undefined` fields go. */
export function packIntegers(value: unknown): unknown {
  if (typeof value === 'bigint') return { $integer: value.toString() };
  if (Array.isArray(value)) return value.map(packIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, packIntegers(field)]));
}

/** The reverse of `packIntegers`. Throws SyntaxError for an integer that is none. */
export function unpackIntegers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpackIntegers);
  if (typeof value !== 'object' || value === null) return value;
  if ('$integer' in value) return BigInt(String(value.$integer));
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, unpackIntegers(field)]));
}
