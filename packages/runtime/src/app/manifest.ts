import { z } from 'zod';
import { denySchema, permissionSchema } from '../permission/entry-schema.ts';
import { formatField, nameSchema, schemaField } from './field.ts';
import { MAX_ENTRIES } from './file-limits.ts';
import { checkFile } from './file-problem.ts';
import { limitsSchema } from './limits-schema.ts';

/** Longest single argument or environment value, characters. */
const MAX_TEXT_LENGTH = 4096;
/** Longest version, characters: it stands in lists and lines. */
const MAX_VERSION_LENGTH = 128;
const text = z.string().max(MAX_TEXT_LENGTH);

/** `app.json`: what an app is and what it needs. Unknown fields are refused. */
export const manifestSchema = z
  .strictObject({
    $schema: schemaField,
    kanchi: formatField,
    name: nameSchema.describe('Name of the app; denials and logs carry it.'),
    version: z
      .string()
      .max(MAX_VERSION_LENGTH)
      .regex(/^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/u, 'must be a version like 1.0.0')
      .describe('Version of the app, as in semantic versioning.'),
    description: text.optional().describe('One sentence for people.'),
    module: z
      .string()
      .min(1)
      .max(MAX_TEXT_LENGTH)
      .optional()
      .describe('The compiled module, relative to this file.'),
    arguments: z
      .array(text)
      .max(MAX_ENTRIES)
      .default([])
      .describe('Command-line arguments of a main-style app.'),
    environment: z
      .record(
        z
          .string()
          .max(MAX_TEXT_LENGTH)
          .regex(/^[^=\0]+$/u, 'a name has no "=" in it'),
        text,
      )
      .refine((entries) => Object.keys(entries).length <= MAX_ENTRIES, `at most ${MAX_ENTRIES} entries`)
      .default({})
      .describe('Environment variables (WASI).'),
    permissions: z
      .array(permissionSchema)
      .max(MAX_ENTRIES)
      .describe('What the app may do; all else is refused.'),
    deny: z.array(denySchema).max(MAX_ENTRIES).default([]).describe('Taken out of the permissions again.'),
    compat: z
      .literal('wamr')
      .optional()
      .describe("An app of WAMR's framework shares each sensor's interval with the other apps that say so."),
    limits: limitsSchema.prefault({}),
  })
  .describe('Manifest of a Kanchi app.');

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** Checks a manifest. `source` names the file in errors. Throws RuntimeError KANCHI_MANIFEST_INVALID. */
export function parseManifest(json: unknown, source: string): Manifest {
  return checkFile(manifestSchema, json, source, 'KANCHI_MANIFEST_INVALID');
}
