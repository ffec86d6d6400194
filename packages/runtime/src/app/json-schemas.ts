import { z } from 'zod';
import { policySchema } from '../policy/policy-schema.ts';
import { boardSchema } from './board-schema.ts';
import { manifestSchema } from './manifest.ts';

/**
 * The JSON Schemas of the three files, by file name, as they are checked in under `packages/runtime/schema`. They are for
 * editors: what they accept is a little wider than what the parsers do, never narrower.
 */
export function jsonSchemaFiles(): Readonly<Record<string, string>> {
  return {
    'app.schema.json': text(manifestSchema),
    'board.schema.json': text(boardSchema),
    'policy.schema.json': text(policySchema),
  };
}

function text(schema: z.ZodType): string {
  return `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), null, 2)}\n`;
}
