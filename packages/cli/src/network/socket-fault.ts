import type { NetworkFault } from '@kanchi/sensor-framework/connections';

/** Of a name with several addresses, the first one's. */
export function faultOf(error: Error): NetworkFault {
  const first: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  const { code, message } = first as NodeJS.ErrnoException;
  return { code: code ?? 'EIO', message };
}
