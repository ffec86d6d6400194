import { logLevels } from '../app/app-log.ts';
import { logPermits, logRefusal } from '../permission/log.ts';
import { deny, fail } from './call-result.ts';
import type { HostApi } from './host-api.ts';

const encoder = new TextEncoder();

/** `kanchi_log`: log lines and the text of the last failure. See docs/host-api/kanchi-log.md. */
export const logApi: HostApi = {
  module: 'kanchi_log',
  signatures: {
    write: '(iii)i',
    last_error: '(ii)i',
  },
  create(context) {
    const { grants, lastError, log, memory } = context;
    return {
      write: (levelNumber: number, pointer: number, length: number): number => {
        const call = 'kanchi_log.write';
        const bytes = memory.view(call, pointer, length);
        const level = logLevels[levelNumber];
        if (level === undefined) {
          return fail(
            context,
            call,
            'bad-argument',
            `level must be 0 to ${logLevels.length - 1}, not ${levelNumber}`,
          );
        }
        if (!logPermits(grants.log)) {
          return deny(context, call, logRefusal(grants.log));
        }
        return log.write(level, bytes)
          ? 0
          : fail(
              context,
              call,
              'limit-reached',
              'the line was dropped: over the bytes per second of the "log" permission',
            );
      },

      last_error: (pointer: number, capacity: number): number => {
        const call = 'kanchi_log.last_error';
        memory.check(call, pointer, capacity);
        const bytes = encoder.encode(lastError.text);
        memory.write(call, pointer, bytes.subarray(0, capacity >>> 0));
        return bytes.length;
      },
    };
  },
};
