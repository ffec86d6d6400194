import { z } from 'zod';
import { MAX_NAME_LENGTH } from './file-limits.ts';

/** Names and labels: they end up in log lines, file names and shell commands. */
export const nameSchema = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .regex(
    /^[a-z0-9]+(?:[-._][a-z0-9]+)*$/u,
    'must be lower-case letters, digits and single - . _ between them',
  );

const HEX_PATTERN = /^0x[0-9a-fA-F]{1,8}$/u;

/**
 * A number, or a text such as "0x76"; the result is a number from `first` to `last`. The JSON Schema tells editors the
 * range of a number; it cannot tell it of a text.
 */
export function numberField(first: number, last: number): z.ZodType<number, number | string> {
  return z
    .union([z.number(), z.string().regex(HEX_PATTERN, 'must be a number, or a text like "0x76"')])
    .transform((value) => Number(value))
    .pipe(
      z
        .number()
        .int()
        .min(first, `must be ${shown(first)} to ${shown(last)}`)
        .max(last, `must be ${shown(first)} to ${shown(last)}`),
    )
    .meta({ minimum: first, maximum: last });
}

function shown(value: number): string {
  return value > 9 ? `${value} (0x${value.toString(16)})` : String(value);
}

/** Kanchi's file format number: the first field of both files. */
export const formatField = z.literal(1).describe('Number of this file format.');
export const schemaField = z.string().optional().describe('Address of the JSON Schema, for editors.');
