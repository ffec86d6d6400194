import type { Level, LineBias, LineDirection, LineDrive, LineEdges } from '@kanchi/hal';
import type { BoardLine } from '../app/board.ts';
import { type GpioAction, gpioPermits, gpioPermitsOpen, gpioRefusal } from '../permission/gpio.ts';
import type { GpioGrant } from '../permission/grant.ts';
import type { AppContext } from './app-context.ts';
import {
  badHandle,
  closeHandle,
  deny,
  fail,
  failFromHal,
  noSuchLabel,
  openHandle,
  readLabel,
} from './call-result.ts';
import type { HostApi } from './host-api.ts';
import { lineRequest, wiringRefusal } from './line-request.ts';

/** Longest debounce time, microseconds: one second (gpio_v2_line_attribute takes a u32 of microseconds). */
const MAX_DEBOUNCE_US = 1_000_000;

const MODE_DIRECTION = 0x03;
const MODE_BIAS = 0x30;
const MODE_DRIVE = 0xc0;
const MODE_KNOWN = MODE_DIRECTION | MODE_BIAS | MODE_DRIVE;

const biasOfMode: Readonly<Record<number, LineBias | undefined>> = {
  16: 'pull-up',
  32: 'pull-down',
  48: 'disabled',
};
const driveOfMode: Readonly<Record<number, LineDrive | undefined>> = {
  64: 'push-pull',
  128: 'open-drain',
  192: 'open-source',
};
const edgesOfNumber: Readonly<Record<number, LineEdges | undefined>> = {
  1: 'rising',
  2: 'falling',
  3: 'both',
};

/** `kanchi_gpio`: lines by label, levels logical. See docs/host-api/kanchi-gpio.md. */
export const gpioApi: HostApi = {
  module: 'kanchi_gpio',
  signatures: {
    open: '(iii)i',
    read: '(i)i',
    write: '(ii)i',
    toggle: '(i)i',
    watch: '(iii)i',
    unwatch: '(i)i',
    close: '(i)i',
  },
  unguarded: ['read', 'write', 'toggle'],
  create(context) {
    const { handles, calls } = context;
    return {
      open: (labelPointer: number, labelLength: number, mode: number): number =>
        open(context, labelPointer, labelLength, mode),

      // The three hot calls: no closures, no text and no allocation unless they fail.
      read: (handle: number): number => {
        calls.count();
        const resource = handles.get('gpio', handle);
        if (resource === undefined) {
          return badHandle(context, 'kanchi_gpio.read', handle);
        }
        if (!gpioPermits(resource.grant, 'read')) {
          return deny(context, 'kanchi_gpio.read', gpioRefusal(resource.label, resource.grant, 'read'));
        }
        try {
          return resource.line.read();
        } catch (error) {
          return failFromHal(context, 'kanchi_gpio.read', `line "${resource.label}"`, error);
        }
      },

      write: (handle: number, level: number): number => {
        calls.count();
        const resource = handles.get('gpio', handle);
        if (resource === undefined) {
          return badHandle(context, 'kanchi_gpio.write', handle);
        }
        if (level !== 0 && level !== 1) {
          return fail(context, 'kanchi_gpio.write', 'bad-argument', `level must be 0 or 1, not ${level}`);
        }
        if (!gpioPermits(resource.grant, 'write')) {
          return deny(context, 'kanchi_gpio.write', gpioRefusal(resource.label, resource.grant, 'write'));
        }
        try {
          resource.line.write(level);
          return 0;
        } catch (error) {
          return failFromHal(context, 'kanchi_gpio.write', `line "${resource.label}"`, error);
        }
      },

      toggle: (handle: number): number => {
        calls.count();
        const resource = handles.get('gpio', handle);
        if (resource === undefined) {
          return badHandle(context, 'kanchi_gpio.toggle', handle);
        }
        if (!gpioPermits(resource.grant, 'write')) {
          return deny(context, 'kanchi_gpio.toggle', gpioRefusal(resource.label, resource.grant, 'write'));
        }
        try {
          const level: Level = resource.line.read() === 0 ? 1 : 0;
          resource.line.write(level);
          return level;
        } catch (error) {
          return failFromHal(context, 'kanchi_gpio.toggle', `line "${resource.label}"`, error);
        }
      },

      watch: (handle: number, edges: number, debounceUs: number): number =>
        watch(context, handle, edges, debounceUs >>> 0),

      unwatch: (handle: number): number => {
        const resource = handles.get('gpio', handle);
        if (resource === undefined) {
          return badHandle(context, 'kanchi_gpio.unwatch', handle);
        }
        // Ending a watch needs no permission; of a line that was taken away there is none left.
        const { label, grant } = resource;
        if (grant.revocation.revoked) {
          const had = grant.watch ? 'watch' : grant.read ? 'read' : 'write';
          return deny(context, 'kanchi_gpio.unwatch', gpioRefusal(label, grant, had));
        }
        try {
          resource.line.unwatch();
          context.events.forget(handle);
          return 0;
        } catch (error) {
          return failFromHal(context, 'kanchi_gpio.unwatch', `line "${resource.label}"`, error);
        }
      },

      close: (handle: number): number => closeHandle(context, 'kanchi_gpio.close', 'gpio', handle),
    };
  },
};

function open(context: AppContext, labelPointer: number, labelLength: number, mode: number): number {
  const call = 'kanchi_gpio.open';
  const label = readLabel(context, call, labelPointer, labelLength);
  if ((mode & ~MODE_KNOWN) !== 0) {
    return fail(context, call, 'bad-argument', `mode 0x${(mode >>> 0).toString(16)} has unknown bits`);
  }
  const wiring = label === undefined ? undefined : context.board.lines.get(label);
  if (label === undefined || wiring === undefined) {
    return noSuchLabel(context, call, label, '"lines"', context.board.lines.keys());
  }
  const grant = context.grants.gpio.get(label);
  const chosen = mode & MODE_DIRECTION;
  const direction = chosen === 0 ? wiring.direction : chosen === 1 ? 'input' : 'output';
  const bias = biasOfMode[mode & MODE_BIAS];
  const missing = missingAction(grant, wiring, direction, bias);
  if (grant === undefined || missing !== undefined) {
    return deny(context, call, gpioRefusal(label, grant, missing ?? 'read'));
  }
  const refusal = wiringRefusal(label, wiring, direction);
  if (refusal !== undefined) {
    return fail(context, call, 'bad-state', refusal);
  }
  const request = lineRequest(wiring, {
    consumer: context.appName,
    direction,
    initialLevel: chosen === 3 ? 1 : chosen === 2 ? 0 : undefined,
    bias,
    drive: driveOfMode[mode & MODE_DRIVE],
  });
  return openHandle(
    context,
    call,
    `line "${label}"`,
    () => context.hal.openGpioLine(request),
    (line) => context.handles.add({ kind: 'gpio', label, grant, line }),
  );
}

/**
 * What the grant lacks for opening the line, or undefined. An input may also be opened by who may only watch it. A pull on a
 * line that is an output to the board moves it while nobody drives it, so whoever chooses one must also be allowed to write.
 */
function missingAction(
  grant: GpioGrant | undefined,
  wiring: BoardLine,
  direction: LineDirection,
  bias: LineBias | undefined,
): GpioAction | undefined {
  const may = (action: GpioAction): boolean => grant !== undefined && gpioPermits(grant, action);
  if (direction === 'output') return may('write') ? undefined : 'write';
  if (grant === undefined || !gpioPermitsOpen(grant, direction)) return 'read';
  return bias === undefined || wiring.direction === 'input' || may('write') ? undefined : 'write';
}

function watch(context: AppContext, handle: number, edgesNumber: number, debounceUs: number): number {
  const call = 'kanchi_gpio.watch';
  const resource = context.handles.get('gpio', handle);
  if (resource === undefined) {
    return badHandle(context, call, handle);
  }
  const edges = edgesOfNumber[edgesNumber];
  if (edges === undefined) {
    return fail(
      context,
      call,
      'bad-argument',
      `edges must be 1 (rising), 2 (falling) or 3 (both), not ${edgesNumber}`,
    );
  }
  if (debounceUs > MAX_DEBOUNCE_US) {
    return fail(
      context,
      call,
      'bad-argument',
      `debounce is at most ${MAX_DEBOUNCE_US} us, not ${debounceUs}`,
    );
  }
  if (!gpioPermits(resource.grant, 'watch')) {
    return deny(context, call, gpioRefusal(resource.label, resource.grant, 'watch'));
  }
  try {
    context.events.forget(handle);
    resource.line.watch({ edges, debounceUs, sink: context.events.sink, token: handle });
    return 0;
  } catch (error) {
    return failFromHal(context, call, `line "${resource.label}"`, error);
  }
}
