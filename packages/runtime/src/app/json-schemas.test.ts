import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jsonSchemaFiles } from './json-schemas.ts';

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly [key: string]: unknown;
}

/** Path of every field in the schema that has no description. */
function undescribed(node: unknown, path: string): string[] {
  if (typeof node !== 'object' || node === null) {
    return [];
  }
  const { properties } = node as SchemaNode;
  const own = Object.entries(properties ?? {})
    .filter(([, field]) => field.description === undefined)
    .map(([name]) => `${path}.${name}`);
  return [...own, ...Object.entries(node).flatMap(([name, inner]) => undescribed(inner, `${path}.${name}`))];
}

describe('the JSON Schemas', () => {
  it.each(Object.entries(jsonSchemaFiles()))('checked in as %s are up to date', (name, text) => {
    // When this fails: pnpm --filter @kanchi/runtime schemas
    expect(readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8')).toBe(text);
  });

  it.each(Object.entries(jsonSchemaFiles()))('describe every field of %s', (_, text) => {
    // What signals of the world are made of says its name.
    const missing = undescribed(JSON.parse(text), '').filter((path) => !path.includes('.world.'));
    expect(missing).toEqual([]);
  });

  it.each(Object.entries(jsonSchemaFiles()))('refuse unknown fields in %s and allow "$schema"', (_, text) => {
    const schema = JSON.parse(text) as SchemaNode;
    expect(schema['additionalProperties']).toBe(false);
    expect(schema.properties?.['$schema']).toBeDefined();
  });
});
