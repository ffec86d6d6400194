import { z } from 'zod';
import { formatField, schemaField } from '../app/field.ts';
import { MAX_ENTRIES, MAX_NAME_LENGTH } from '../app/file-limits.ts';
import { type LimitName, limitNames, limitRule } from '../app/limits.ts';
import { denySchema, permissionSchema } from '../permission/entry-schema.ts';

/** Longest description, characters. */
const MAX_TEXT_LENGTH = 4096;

/** A cap on each limit of the manifest, whatever limits there are. */
const limitCaps = z
  .strictObject(
    Object.fromEntries(
      limitNames.map((name) => [
        name,
        z
          .number()
          .int()
          .min(1)
          .max(limitRule(name).maximum)
          .optional()
          .describe(`The most that "limits.${name}" of a manifest counts for; no cap when left out.`),
      ]),
    ) as Record<LimitName, z.ZodOptional<z.ZodNumber>>,
  )
  .describe('Caps on the limits of the manifest.');

const appPolicySchema = z
  .strictObject({
    description: z.string().max(MAX_TEXT_LENGTH).optional().describe('One sentence for people.'),
    permissions: z
      .array(permissionSchema)
      .max(MAX_ENTRIES)
      .optional()
      .describe(
        'The most that the manifest may grant; all that it asks for when left out, nothing when empty.',
      ),
    deny: z
      .array(denySchema)
      .max(MAX_ENTRIES)
      .default([])
      .describe('What is taken out of what the manifest grants; always wins.'),
    limits: limitCaps.optional(),
    requireSignature: z
      .boolean()
      .optional()
      .describe('Whether the app must come in a signed package; false when left out.'),
  })
  .describe('What an app may have at most on this machine.');

/** `policy.json`: what whoever operates the machine lets apps have at most. Unknown fields are refused. */
export const policySchema = z
  .strictObject({
    $schema: schemaField,
    kanchi: formatField,
    apps: z
      .record(
        z
          .string()
          .max(MAX_NAME_LENGTH)
          .regex(
            /^(?:\*|[a-z0-9]+(?:[-._][a-z0-9]+)*)$/u,
            'must be the name of an app as in its manifest, or "*" for every app',
          ),
        appPolicySchema,
      )
      .refine((entries) => Object.keys(entries).length <= MAX_ENTRIES, `at most ${MAX_ENTRIES} entries`)
      .describe('By name of the app; "*" is for every app.'),
  })
  .describe('Policy of a machine that runs Kanchi apps.');
