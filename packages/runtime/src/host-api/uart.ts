import { type UartPortRequest, uartCharacterNs } from '@kanchi/hal';
import { type UartAction, uartPermits, uartPermitsOpen, uartRefusal } from '../permission/uart.ts';
import type { AppContext, AppResource } from './app-context.ts';
import { busRefusal, chargeBus } from './bus-budget.ts';
import {
  badHandle,
  closeHandle,
  deny,
  fail,
  failFromHal,
  MAX_TRANSACTION_BYTES,
  noSuchLabel,
  openHandle,
  readLabel,
} from './call-result.ts';
import type { HostApi } from './host-api.ts';

/** A wait is cut into pieces of this length, so that a request to stop ends it soon whatever its deadline. */
const WAIT_PIECE_NS = 50_000_000n;

type UartResource = Extract<AppResource, { readonly kind: 'uart' }>;

/** `kanchi_uart`: serial ports by label. See docs/host-api/kanchi-uart.md. */
export const uartApi: HostApi = {
  module: 'kanchi_uart',
  signatures: {
    open: '(ii)i',
    read: '(iiiI)i',
    write: '(iiiI)i',
    flush: '(iI)i',
    available: '(i)i',
    watch: '(i)i',
    unwatch: '(i)i',
    close: '(i)i',
  },
  create(context) {
    const { memory } = context;
    return {
      open: (labelPointer: number, labelLength: number): number => {
        const call = 'kanchi_uart.open';
        return openUart(context, call, readLabel(context, call, labelPointer, labelLength));
      },

      read: (handle: number, pointer: number, capacity: number, deadlineNs: bigint): number =>
        onUartPort(context, 'kanchi_uart.read', handle, 'read', ({ port }, call) => {
          memory.check(call, pointer, capacity);
          const buffer = new Uint8Array(Math.min(capacity >>> 0, MAX_TRANSACTION_BYTES));
          const count =
            buffer.length === 0
              ? 0
              : waitInPieces(context, call, deadlineNs, (pieceEndNs) => port.read(buffer, pieceEndNs));
          if (count < 0) {
            return count;
          }
          memory.write(call, pointer, buffer.subarray(0, count));
          context.counters.add('busBytes', count);
          return count;
        }),

      write: (handle: number, pointer: number, length: number, deadlineNs: bigint): number =>
        onUartPort(context, 'kanchi_uart.write', handle, 'write', (resource, call) => {
          memory.check(call, pointer, length);
          // A longer write is taken in part, like a full output buffer: the guest goes on with the rest.
          const bytes = memory.read(call, pointer, Math.min(length >>> 0, MAX_TRANSACTION_BYTES));
          return writeToPort(context, call, resource, bytes, deadlineNs);
        }),

      flush: (handle: number, deadlineNs: bigint): number =>
        onUartPort(context, 'kanchi_uart.flush', handle, 'write', ({ port }) => {
          context.turns.wait(() => port.flush(deadlineNs));
          return 0;
        }),

      available: (handle: number): number =>
        onUartPort(context, 'kanchi_uart.available', handle, 'read', ({ port }) => port.available()),

      watch: (handle: number): number =>
        onUartPort(context, 'kanchi_uart.watch', handle, 'read', ({ port }) => {
          context.events.forget(handle);
          port.watch({ sink: context.events.sink, token: handle });
          return 0;
        }),

      unwatch: (handle: number): number =>
        onUartPort(context, 'kanchi_uart.unwatch', handle, 'read', ({ port }) => {
          port.unwatch();
          context.events.forget(handle);
          return 0;
        }),

      close: (handle: number): number => closeHandle(context, 'kanchi_uart.close', 'uart', handle),
    };
  },
};

/**
 * Opens a port for an app that may read or write it: its handle, or a negative error number. `label`: undefined for one that
 * no label can look like. `baud`: what the app takes it to be, checked against the board file; undefined when it does not say.
 */
export function openUart(
  context: AppContext,
  call: string,
  label: string | undefined,
  baud?: number,
): number {
  const wiring = label === undefined ? undefined : context.board.uartPorts.get(label);
  if (label === undefined || wiring === undefined) {
    return noSuchLabel(context, call, label, '"uart"', context.board.uartPorts.keys());
  }
  const grant = context.grants.uart.get(label);
  if (grant === undefined || !uartPermitsOpen(grant)) {
    return deny(context, call, uartRefusal(label, grant, 'read'));
  }
  if (baud !== undefined && baud !== wiring.baud) {
    return fail(
      context,
      call,
      'bad-argument',
      `uart "${label}": the board file says ${wiring.baud} baud and the app asks for ${baud}; make them the same`,
    );
  }
  const request: UartPortRequest = {
    port: wiring.port,
    consumer: context.appName,
    baud: wiring.baud,
    dataBits: wiring.dataBits,
    parity: wiring.parity,
    stopBits: wiring.stopBits,
    flowControl: wiring.flowControl,
  };
  return openHandle(
    context,
    call,
    `uart "${label}"`,
    () => context.hal.openUartPort(request),
    (port) => context.handles.add({ kind: 'uart', label, grant, port }),
  );
}

/**
 * Hands over bytes, at most until the deadline: how many were taken, or a negative error number. They are charged with their time on
 * the wire, whoever buffers them. An app that has had the port for too long waits for its budget as for room in the buffer;
 * where the deadline passes before that, it is `limit-reached`.
 */
export function writeToPort(
  context: AppContext,
  call: string,
  { label, port }: UartResource,
  bytes: Uint8Array,
  deadlineNs: bigint,
): number {
  const wiring = context.board.uartPorts.get(label);
  if (bytes.length === 0 || wiring === undefined) {
    return 0;
  }
  const bus = `serial port "${label}"`;
  const refusal = busRefusal(context, { bus, resource: `uart "${label}"` });
  if (refusal !== undefined) {
    const { untilNs, text } = refusal;
    if (!context.events.sleep(untilNs < deadlineNs ? untilNs : deadlineNs, call)) {
      return fail(context, call, 'interrupted', 'the app is asked to stop');
    }
    if (untilNs > deadlineNs) {
      return fail(context, call, 'limit-reached', text);
    }
  }
  const count = waitInPieces(context, call, deadlineNs, (pieceEndNs) => port.write(bytes, pieceEndNs));
  if (count > 0) {
    chargeBus(context, bus, context.clock.nowNs(), count * Number(uartCharacterNs(wiring)));
    context.counters.add('busBytes', count);
  }
  return count;
}

/** Tries until something moved, the deadline passed (0), or the app is asked to stop (`interrupted`). */
function waitInPieces(
  context: AppContext,
  call: string,
  deadlineNs: bigint,
  attempt: (pieceEndNs: bigint) => number,
): number {
  return context.turns.wait(() => pieces(context, call, deadlineNs, attempt));
}

function pieces(
  context: AppContext,
  call: string,
  deadlineNs: bigint,
  attempt: (pieceEndNs: bigint) => number,
): number {
  // Who asks for no wait takes what is there, also after a stop was asked for: it is told by the next wait.
  if (deadlineNs <= context.clock.nowNs()) return attempt(deadlineNs);
  for (;;) {
    const limitNs = context.clock.nowNs() + WAIT_PIECE_NS;
    const isLast = deadlineNs <= limitNs;
    const count = attempt(isLast ? deadlineNs : limitNs);
    if (count !== 0) {
      return count;
    }
    if (context.events.waitIsInterrupted(call)) {
      return fail(context, call, 'interrupted', 'the app is asked to stop');
    }
    if (isLast) {
      return 0;
    }
  }
}

/** Does something with an open port, when the app still may: what `act` gives, or a negative error number. */
export function onUartPort(
  context: AppContext,
  call: string,
  handle: number,
  action: UartAction,
  act: (resource: UartResource, call: string) => number,
): number {
  const resource = context.handles.get('uart', handle);
  if (resource === undefined) {
    return badHandle(context, call, handle);
  }
  if (!uartPermits(resource.grant, action)) {
    return deny(context, call, uartRefusal(resource.label, resource.grant, action));
  }
  try {
    return act(resource, call);
  } catch (error) {
    // Taken back while the call waited for bytes, which closed the port under it.
    if (resource.grant.revocation.revoked) {
      return deny(context, call, uartRefusal(resource.label, resource.grant, action));
    }
    return failFromHal(context, call, `uart "${resource.label}"`, error);
  }
}
