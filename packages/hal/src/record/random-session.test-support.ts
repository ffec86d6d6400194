import fc from 'fast-check';
import { benchWiring, createMockBench } from '../conformance/mock-bench.test-support.ts';
import type { Clock } from '../contract/clock.ts';
import type { HalEvent } from '../contract/event.ts';
import type { GpioLine, LineEdges } from '../contract/gpio.ts';
import type { Hal } from '../contract/hal.ts';
import type { I2cBus } from '../contract/i2c.ts';
import type { MmioWidth, MmioWindow } from '../contract/mmio.ts';
import type { PwmChannel } from '../contract/pwm.ts';
import type { SpiDevice } from '../contract/spi.ts';
import type { UartPort } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import type { VirtualClock } from '../mock/index.ts';

/** One step of a session: a call, or what the world does. `slot` chooses among the handles that were opened. */
export type Step =
  | {
      readonly do:
        | 'open-output'
        | 'open-input'
        | 'open-bus'
        | 'open-spi'
        | 'open-uart'
        | 'open-window'
        | 'open-pwm';
    }
  | { readonly do: 'open-wrong'; readonly kind: number }
  | { readonly do: 'use'; readonly slot: number; readonly what: number; readonly bytes: Uint8Array }
  | { readonly do: 'watch'; readonly slot: number; readonly edges: LineEdges; readonly debounceUs: number }
  | { readonly do: 'unwatch' | 'close'; readonly slot: number }
  | { readonly do: 'wait'; readonly ns: number }
  | { readonly do: 'send'; readonly bytes: Uint8Array; readonly inNs: number }
  | { readonly do: 'pulse'; readonly inNs: number }
  | { readonly do: 'fault'; readonly kind: 'i2c-nack-address' | 'i2c-nack-data' | 'spi-time-out' }
  | { readonly do: 'disconnect' | 'close-all' };

const slot = fc.nat(7);
const bytes = fc.uint8Array({ maxLength: 12 });
const inNs = fc.nat(3_000_000);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'open-output' as const,
        'open-input' as const,
        'open-bus' as const,
        'open-spi' as const,
        'open-uart' as const,
        'open-window' as const,
        'open-pwm' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('open-wrong' as const), kind: fc.nat(5) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('use' as const), slot, what: fc.nat(5), bytes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('watch' as const),
      slot,
      edges: fc.constantFrom('rising' as const, 'falling' as const, 'both' as const),
      debounceUs: fc.constantFrom(0, 50),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('unwatch' as const, 'close' as const), slot }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ns: inNs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), bytes, inNs }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pulse' as const), inNs }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      kind: fc.constantFrom('i2c-nack-address' as const, 'i2c-nack-data' as const, 'spi-time-out' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('disconnect' as const, 'close-all' as const) }) },
);

/** Opens one of each in the slots 0 to 7 and watches what can be watched. */
const everything: readonly Step[] = [
  { do: 'open-input' },
  { do: 'open-input' },
  { do: 'open-output' },
  { do: 'open-bus' },
  { do: 'open-spi' },
  { do: 'open-uart' },
  { do: 'open-window' },
  { do: 'open-pwm' },
  ...[0, 1, 5].map((each): Step => ({ do: 'watch', slot: each, edges: 'both', debounceUs: 0 })),
];

export const session: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.boolean(), fc.array(step, { maxLength: 60, size: 'max' }))
  .map(([isFull, steps]) => (isFull ? [...everything, ...steps] : steps));

/** What the world does; nothing in a replay, where the recording does it. */
export interface World {
  send(bytes: Uint8Array, inNs: number): void;
  pulse(inNs: number): void;
  fault(kind: 'i2c-nack-address' | 'i2c-nack-data' | 'spi-time-out'): void;
  disconnect(): void;
}

export const stillWorld: World = { send: () => {}, pulse: () => {}, fault: () => {}, disconnect: () => {} };

/** A bench with a world that moves by itself, in virtual time. */
export function createBench(clock: VirtualClock): { readonly hal: Hal; readonly world: World } {
  const bench = createMockBench(clock);
  const { board } = bench;
  const later = (ns: number, action: () => void): void => {
    clock.schedule(clock.nowNs() + BigInt(ns), action);
  };
  return {
    hal: board,
    world: {
      send: (data, ns) => later(ns, () => bench.send(data)),
      pulse: (ns) => {
        const line = board.line(benchWiring.freeLine);
        later(ns, () => line.drive(1));
        later(ns + 500, () => line.drive(0));
      },
      fault: (kind) => {
        board.faults.add(kind === 'i2c-nack-data' ? { kind, byte: 0, count: 1 } : { kind, count: 1 });
      },
      disconnect: () => later(1, bench.disconnect),
    },
  };
}

type Device =
  | { readonly kind: 'line'; readonly device: GpioLine }
  | { readonly kind: 'bus'; readonly device: I2cBus }
  | { readonly kind: 'spi'; readonly device: SpiDevice }
  | { readonly kind: 'uart'; readonly device: UartPort }
  | { readonly kind: 'window'; readonly device: MmioWindow }
  | { readonly kind: 'pwm'; readonly device: PwmChannel };

/** Does the steps and writes down everything that a consumer can see: answers, errors, events, the time after each. */
export function play(steps: readonly Step[], hal: Hal, clock: Clock, world: World): unknown[] {
  const seen: unknown[] = [JSON.stringify(hal.info()), JSON.stringify(hal.capabilities)];
  const devices: Device[] = [];
  const sink = { push: (event: HalEvent) => seen.push({ ...event, handedOutNs: clock.nowNs() }) };
  const note = (what: () => unknown): void => {
    let answer: unknown;
    try {
      answer = what();
    } catch (error) {
      if (!(error instanceof HalError)) throw error;
      answer = { code: error.code, message: error.message, errno: error.errno, details: error.details };
    }
    seen.push([answer, clock.nowNs(), clock.wallNs(), hal.openHandleCount()]);
  };
  for (const [index, each] of steps.entries()) {
    note(() => doStep(each, `app ${index % 3}`));
  }
  for (const { device } of devices) note(() => device.close());
  note(() => hal.close());
  return seen;

  function doStep(each: Step, consumer: string): unknown {
    switch (each.do) {
      case 'open-output':
        return opened(
          'line',
          hal.openGpioLine({
            offset: benchWiring.loopbackOutput,
            consumer,
            direction: 'output',
            safeLevel: 1,
          }),
        );
      case 'open-input': {
        const offset = devices.length % 2 === 0 ? benchWiring.loopbackInput : benchWiring.freeLine;
        return opened('line', hal.openGpioLine({ offset, consumer, direction: 'input' }));
      }
      case 'open-bus':
        return opened('bus', hal.openI2cBus({ bus: benchWiring.i2cBus, consumer }));
      case 'open-spi':
        return opened(
          'spi',
          hal.openSpiDevice({ bus: benchWiring.spiBus, chipSelect: benchWiring.chipSelect, consumer }),
        );
      case 'open-uart':
        return opened('uart', hal.openUartPort({ port: benchWiring.port, baud: benchWiring.baud, consumer }));
      case 'open-window':
        return opened(
          'window',
          hal.openMmioWindow({ device: benchWiring.registers, base: 0, byteLength: 16, consumer }),
        );
      case 'open-pwm':
        return opened(
          'pwm',
          hal.openPwmChannel({ channel: benchWiring.pwmChannel, consumer, periodNs: 1_000, safeDutyNs: 10 }),
        );
      case 'open-wrong':
        return openWrong(each.kind, consumer);
      case 'use':
        return use(each.slot, each.what, each.bytes);
      case 'watch': {
        const found = devices[each.slot];
        const { edges, debounceUs } = each;
        if (found?.kind === 'line') found.device.watch({ edges, debounceUs, sink, token: each.slot });
        if (found?.kind === 'uart') found.device.watch({ sink, token: each.slot });
        return undefined;
      }
      case 'unwatch': {
        const found = devices[each.slot];
        return found?.kind === 'line' || found?.kind === 'uart' ? found.device.unwatch() : undefined;
      }
      case 'close':
        return devices[each.slot]?.device.close();
      case 'wait':
        return wait(BigInt(each.ns));
      case 'send':
        return world.send(each.bytes, each.inNs);
      case 'pulse':
        return world.pulse(each.inNs);
      case 'fault':
        return world.fault(each.kind);
      case 'disconnect':
        return world.disconnect();
      case 'close-all':
        return hal.close();
    }
  }

  function opened(kind: Device['kind'], device: Device['device']): unknown {
    devices.push({ kind, device } as Device);
    const { close: _, ...properties } = device as unknown as Record<string, unknown>;
    return [kind, 'capabilities' in device ? device.capabilities : Object.keys(properties).length >= 0];
  }

  function openWrong(kind: number, consumer: string): unknown {
    const requests = [
      () => hal.openGpioLine({ offset: 9_999, consumer, direction: 'input' }),
      () => hal.openI2cBus({ bus: 77, consumer }),
      () => hal.openSpiDevice({ bus: 3, chipSelect: 3, consumer }),
      () => hal.openUartPort({ port: 'nowhere', baud: 9_600, consumer }),
      () => hal.openMmioWindow({ device: 'nothing', base: 0, byteLength: 4, consumer }),
      () => hal.openPwmChannel({ channel: 9, consumer, periodNs: 1_000 }),
    ];
    return requests[kind]?.();
  }

  function use(place: number, what: number, data: Uint8Array): unknown {
    const found = devices[place];
    switch (found?.kind) {
      case 'line':
        return what < 3 ? found.device.read() : found.device.write(what % 2 === 0 ? 0 : 1);
      case 'bus': {
        const buffer = new Uint8Array(what);
        const address = what === 4 ? benchWiring.absentAddress : benchWiring.memoryAddress;
        found.device.transaction(address, [
          { kind: 'write', bytes: data },
          { kind: 'read', buffer },
        ]);
        return [...buffer];
      }
      case 'spi': {
        const buffer = new Uint8Array(data.length);
        const read = new Uint8Array(what);
        found.device.transaction([
          { kind: 'transfer', bytes: data, buffer },
          { kind: 'delay', delayNs: what * 1_000 },
          { kind: 'read', buffer: read },
        ]);
        return [...buffer, ...read];
      }
      case 'uart':
        return useUart(found.device, what, data);
      case 'window':
        return useWindow(found.device, what, data);
      case 'pwm':
        return usePwm(found.device, what, data);
      case undefined:
        return undefined;
    }
  }

  function useUart(port: UartPort, what: number, data: Uint8Array): unknown {
    const soonNs = clock.nowNs() + BigInt(what) * 200_000n;
    const buffer = new Uint8Array(4);
    switch (what) {
      case 0:
        return port.available();
      case 1:
      case 2:
        return [port.read(buffer, soonNs), ...buffer];
      case 3:
        return [port.read(buffer, 0n), ...buffer];
      case 4:
        return port.write(data, soonNs);
      default:
        return port.flush(soonNs);
    }
  }

  function useWindow(window: MmioWindow, what: number, data: Uint8Array): unknown {
    const width = ([8, 16, 32] as const)[what % 3] as MmioWidth;
    const offset = data[0] ?? 0;
    if (what < 2) return window.read(offset % 20, width);
    if (what < 4) return window.write((offset % 6) * 4, width, data[1] ?? 0);
    return window.modify((offset % 4) * 4, width, 0x0f, data[1] ?? 0);
  }

  function usePwm(channel: PwmChannel, what: number, data: Uint8Array): unknown {
    const dutyNs = (data[0] ?? 0) * 10;
    switch (what) {
      case 0:
      case 1:
        return channel.setDutyNs(dutyNs);
      case 2:
        return channel.setPeriod(1_000 + (data[1] ?? 0), dutyNs);
      case 3:
        return channel.enable();
      case 4:
        return channel.disable();
      default:
        return channel.state();
    }
  }

  function wait(ns: bigint): void {
    const deadlineNs = clock.nowNs() + ns;
    while (clock.nowNs() < deadlineNs) clock.waitUntil(deadlineNs);
  }
}
