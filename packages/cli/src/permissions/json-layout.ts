/** Width that a line of a manifest has at most, where it can be broken. */
const LINE_WIDTH = 110;

/** JSON as people write it: what fits stays on one line. `open`: the outermost value is broken in any case. */
export function layoutJson(value: unknown, open = true, indent = ''): string {
  const flat = flatJson(value);
  if ((!open && indent.length + flat.length <= LINE_WIDTH) || !isBroken(value)) {
    return flat;
  }
  const inner = `${indent}  `;
  const [first, last] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const items = Array.isArray(value)
    ? value.map((item) => layoutJson(item, false, inner))
    : Object.entries(value).map(
        ([key, item]) =>
          // A manifest's permissions are one a line, however few they are.
          `${JSON.stringify(key)}: ${layoutJson(item, key === 'permissions', inner)}`,
      );
  return `${first}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${last}`;
}

function isBroken(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function flatJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(flatJson).join(', ')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${flatJson(item)}`);
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  }
  return JSON.stringify(value) ?? 'null';
}
