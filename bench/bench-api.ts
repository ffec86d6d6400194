import type { HostApi } from '@kanchi/runtime';
import { guestLoops } from './loops.ts';
import { LoopSequence, type Measurement, type MeasurementSettings } from './measurement.ts';

/** A loop that runs in the host, for comparison: makes that many calls. */
export interface HostLoop {
  readonly name: string;
  run(count: number): void;
}

export interface BenchApi {
  readonly api: HostApi;
  measurement(): Measurement;
}

/**
 * The benchmark's own import module: says which loop the guest runs next, takes the times, and offers the bare call.
 * Loops of the host run in the same rounds, between those of the guest.
 */
export function createBenchApi(settings: MeasurementSettings, hostLoops: readonly HostLoop[] = []): BenchApi {
  const names = [...guestLoops, ...hostLoops.map(({ name }) => name)];
  const sequence = new LoopSequence(names, settings, () => process.hrtime.bigint());
  const next = (): number => {
    for (;;) {
      const index = sequence.next();
      const hostLoop = hostLoops[index - guestLoops.length];
      if (hostLoop === undefined) {
        return index;
      }
      hostLoop.run(sequence.start());
      sequence.stop(0);
    }
  };
  return {
    api: {
      module: 'kanchi_bench',
      signatures: { next: '()i', start: '(i)i', stop: '(i)i', bare: '(ii)i' },
      unguarded: ['bare'],
      create: () => ({
        next,
        start: () => sequence.start(),
        stop: (failures: number) => {
          sequence.stop(failures);
          return 0;
        },
        bare: (_handle: number, level: number) => level,
      }),
    },
    measurement: () => sequence.measurement(),
  };
}
