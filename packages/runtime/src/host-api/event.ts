import type { AppEvent } from '../app/app-events.ts';
import { errorNumber } from '../guest/error-number.ts';
import type { AppContext } from './app-context.ts';
import { fail } from './call-result.ts';
import type { HostApi } from './host-api.ts';

/** Bytes of one event record and its alignment (`packages/guest-sdk/spec`, record "event"). */
export const EVENT_RECORD_BYTES = 32;
const EVENT_RECORD_ALIGNMENT = 8;
/** Most records that one wait fills. */
const MAX_EVENT_RECORDS = 64;

/** `kanchi_event`: what waits for the app. See docs/host-api/kanchi-event.md. */
export const eventApi: HostApi = {
  module: 'kanchi_event',
  signatures: {
    wait: '(iiI)i',
    next: '(i)i',
  },
  create(context) {
    const { events, memory } = context;
    return {
      wait: (pointer: number, recordCount: number, deadlineNs: bigint): number => {
        const call = 'kanchi_event.wait';
        const capacity = recordCount >>> 0;
        if (capacity === 0 || capacity > MAX_EVENT_RECORDS) {
          return fail(
            context,
            call,
            'bad-argument',
            `room for 1 to ${MAX_EVENT_RECORDS} records, not ${capacity}`,
          );
        }
        const start = memory.checkAligned(
          call,
          pointer,
          capacity * EVENT_RECORD_BYTES,
          EVENT_RECORD_ALIGNMENT,
        );
        switch (events.wait(deadlineNs, call)) {
          case 'deadline':
            return 0;
          case 'stopped':
            context.lastError.set('stopped', `${call}: the app is asked to stop`);
            return errorNumber.stopped;
          case 'event':
            break;
        }
        let count = 0;
        while (count < capacity) {
          const event = events.next();
          if (event === undefined) {
            break;
          }
          writeRecord(context, call, start + count * EVENT_RECORD_BYTES, event);
          count += 1;
        }
        return count;
      },

      next: (pointer: number): number => {
        const call = 'kanchi_event.next';
        const start = memory.checkAligned(call, pointer, EVENT_RECORD_BYTES, EVENT_RECORD_ALIGNMENT);
        const event = events.next();
        if (event === undefined) {
          return 0;
        }
        writeRecord(context, call, start, event);
        return 1;
      },
    };
  },
};

/** u32 kind, u32 handle, i64 time_ns, u32 sequence, u32 lost, u64 detail. */
function writeRecord({ memory }: AppContext, call: string, start: number, event: AppEvent): void {
  memory.writeU32(call, start, event.kind);
  memory.writeU32(call, start + 4, event.handle);
  memory.writeU64(call, start + 8, BigInt.asUintN(64, event.timeNs));
  memory.writeU32(call, start + 16, event.sequence);
  memory.writeU32(call, start + 20, event.lost);
  memory.writeU64(call, start + 24, BigInt(event.detail));
}
