import { z } from 'zod';
import { type LimitName, limitNames, limitTable } from './limits.ts';

function field(name: LimitName): z.ZodDefault<z.ZodNumber> {
  const { fallback, maximum, about } = limitTable[name];
  return z
    .number()
    .int()
    .min(1)
    .max(maximum)
    .default(fallback)
    .describe(`${about} Default ${fallback}, at most ${maximum}.`)
    .meta({ title: name });
}

/** Limits of one app: what the manifest may ask for, and what it gets when it does not ask. */
export const limitsSchema = z
  .strictObject(
    Object.fromEntries(limitNames.map((name) => [name, field(name)])) as Record<
      LimitName,
      z.ZodDefault<z.ZodNumber>
    >,
  )
  .describe('Limits of this app.');
