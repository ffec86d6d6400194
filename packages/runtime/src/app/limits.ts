import { z } from 'zod';
import { MAX_HANDLES } from '../guest/handle-table.ts';

function limit(name: string, fallback: number, maximum: number, about: string): z.ZodDefault<z.ZodNumber> {
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
  .strictObject({
    memoryPages: limit('memoryPages', 256, 4096, 'Most memory the app can have, in pages of 64 KiB.'),
    handles: limit('handles', 64, MAX_HANDLES, 'Open handles at a time.'),
    eventQueueDepth: limit(
      'eventQueueDepth',
      64,
      4096,
      'Events that can wait; the oldest is dropped when full.',
    ),
    timers: limit('timers', 16, 128, 'Timers that run at a time.'),
    callbackMs: limit(
      'callbackMs',
      180_000,
      86_400_000,
      'Longest time of one callback, ms; then the app is ended.',
    ),
  })
  .describe('Limits of this app.');
