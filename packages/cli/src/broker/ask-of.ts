/** Which service of a broker a request is for. */
export type ServiceName = 'sensors' | 'messages' | 'host';

/** Requests of one service, as its client makes them. */
export function askOf(
  call: (request: Readonly<Record<string, unknown>>) => unknown,
  service: ServiceName,
): (request: Readonly<Record<string, unknown>>) => unknown {
  return (request) => call({ service, request });
}
