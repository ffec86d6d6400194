import { fail, MAX_TRANSACTION_BYTES } from './call-result.ts';
import type { HostApi } from './host-api.ts';

/** `kanchi_random`: random bytes; no permission, since nothing of the host can be learned or moved by it. */
export const randomApi: HostApi = {
  module: 'kanchi_random',
  signatures: {
    fill: '(ii)i',
  },
  create(context) {
    return {
      fill: (pointer: number, length: number): number => {
        const call = 'kanchi_random.fill';
        const bytes = context.memory.view(call, pointer, length);
        if (bytes.length > MAX_TRANSACTION_BYTES) {
          return fail(
            context,
            call,
            'too-long',
            `${bytes.length} bytes, at most ${MAX_TRANSACTION_BYTES} at a time`,
          );
        }
        context.fillRandom(bytes);
        return 0;
      },
    };
  },
};
