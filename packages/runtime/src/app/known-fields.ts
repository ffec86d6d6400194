import { z } from 'zod';

/** The parts of a JSON Schema that lead from a path to the fields that may stand there. */
interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly const?: unknown;
}

/**
 * Names of the fields that the schema allows in the object at `path` of `input`. Looked up in the JSON Schema, so only
 * for messages. Empty when the path leads nowhere.
 */
export function knownFields(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  let nodes = [z.toJSONSchema(schema, { io: 'input' }) as SchemaNode];
  let value = input;
  for (const part of path) {
    nodes = alternatives(nodes, value).flatMap((node) => next(node, part));
    value = ownValue(value, part);
  }
  return [...new Set(alternatives(nodes, value).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** Branches of unions, without those whose "kind" is another than the value's. */
function alternatives(nodes: readonly SchemaNode[], value: unknown): SchemaNode[] {
  return nodes
    .flatMap((node): SchemaNode[] => {
      const branches = node.anyOf ?? node.oneOf;
      return branches === undefined ? [node] : alternatives(branches, value);
    })
    .filter((node) => {
      const kind = node.properties?.['kind']?.const;
      return kind === undefined || kind === ownValue(value, 'kind');
    });
}

function next(node: SchemaNode, part: PropertyKey): SchemaNode[] {
  if (typeof part === 'number') {
    return node.items === undefined ? [] : [node.items];
  }
  const field = ownValue(node.properties, part) as SchemaNode | undefined;
  const rest = typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined;
  const found = field ?? rest;
  return found === undefined ? [] : [found];
}

/** A field of the value itself, never one that it inherits; undefined when there is none. */
export function ownValue(value: unknown, part: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? (value as Record<PropertyKey, unknown>)[part]
    : undefined;
}
