import { MessageChannel } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, errorOf, KeptEvents, pass, SETTLE_NS, waitFor } from '../conformance/fixture-test.ts';
import { defineGpioSuite } from '../conformance/gpio-suite.ts';
import type { GpioLine, GpioLineRequest } from '../contract/gpio.ts';
import { OnoffBench } from './onoff-bench.test-support.ts';
import { OnoffLines } from './onoff-lines.ts';

const consumer = 'test';

describe('conformance: lines by the package onoff', () => {
  let bench: OnoffBench;
  beforeAll(() => {
    bench = new OnoffBench();
  });
  afterAll(async () => {
    await bench.stop();
  });

  defineGpioSuite(() => ({
    hal: bench.hal,
    clock: bench.clock,
    gpio: { freeLine: 22, edgeGapNs: 5_000_000n, loopback: { output: 20, input: 21 } },
    close: () => {
      const left = [20, 21, 22].filter((offset) => bench.isExported(offset));
      if (left.length > 0) throw new Error(`still exported: ${left.join(', ')}`);
    },
  }));
});

describe('lines by the package onoff', () => {
  let bench: OnoffBench;
  beforeEach(() => {
    bench = new OnoffBench();
  });
  afterEach(async () => {
    await bench.stop();
  });

  const open = (offset: number, fields: Partial<GpioLineRequest> = {}): GpioLine =>
    bench.hal.openGpioLine({ offset, consumer, direction: 'input', ...fields });

  it('are told as the driver, without bias', () => {
    expect(bench.hal.info().drivers['gpio']).toBe('sysfs (onoff)');
    const { gpio, gpioEdges, gpioBias } = bench.hal.capabilities;
    expect([gpio, gpioEdges, gpioBias]).toEqual([true, true, false]);
    expect(codeOf(() => open(22, { bias: 'pull-up' }))).toBe('HAL_NOT_SUPPORTED');
    expect(codeOf(() => open(22, { direction: 'output', drive: 'open-drain' }))).toBe('HAL_NOT_SUPPORTED');
    expect(bench.isExported(22)).toBe(false);
  });

  it('have the number of their chip, found by its label', () => {
    using line = open(17, { direction: 'output', initialLevel: 1 });
    expect([bench.isExported(17), bench.level(17), line.read()]).toEqual([true, 1, 1]);
    using other = open(3, { chip: 'raspberrypi-exp-gpio' });
    expect([bench.isExported(63), other.offset]).toEqual([true, 3]);
    const error = errorOf(() => open(3, { chip: 'pinctrl-rp1' }));
    expect(error.code).toBe('HAL_NO_SUCH_DEVICE');
    expect(error.message).toContain('there are: pinctrl-bcm2835, raspberrypi-exp-gpio');
    expect(codeOf(() => open(54))).toBe('HAL_NO_SUCH_DEVICE');
  });

  it('an active-low output starts at its logical level', () => {
    using high = open(17, { direction: 'output', initialLevel: 1, activeLow: true });
    using low = open(18, { direction: 'output', initialLevel: 0, activeLow: true });
    expect([bench.level(17), high.read(), bench.level(18), low.read()]).toEqual([0, 1, 1, 0]);
  });

  it('are not supported where the kernel has no export file', () => {
    bench.missingFiles.add('/sys/class/gpio/export');
    const error = errorOf(() => open(17));
    expect(error.code).toBe('HAL_NOT_SUPPORTED');
    expect(error.message).toContain('/sys/class/gpio/export');
  });

  it('a line that somebody else exported is HAL_BUSY with how to free it, and stays exported', () => {
    bench.export(17);
    const error = errorOf(() => open(17));
    expect(error.code).toBe('HAL_BUSY');
    expect(error.message).toContain('echo 517 > /sys/class/gpio/unexport');
    expect(bench.isExported(17)).toBe(true);
  });

  it('a line that the kernel does not give is HAL_BUSY', () => {
    expect(codeOf(() => open(29))).toBe('HAL_BUSY');
  });

  it('a line that could not be configured is not left exported', () => {
    expect(codeOf(() => open(28))).toBe('HAL_PERMISSION');
    expect(bench.isExported(28)).toBe(false);
  });

  it('a chip without interrupts has no edges', () => {
    using line = open(27);
    const sink = new KeptEvents();
    expect(codeOf(() => line.watch({ edges: 'both', sink, token: 1 }))).toBe('HAL_NOT_SUPPORTED');
  });

  it('a storm of edges is cut off, visible as a gap, and edges come again after it', () => {
    using input = open(21);
    using output = open(20, { direction: 'output' });
    const sink = new KeptEvents();
    input.watch({ edges: 'both', sink, token: 1 });
    bench.worker.postMessage('storm');
    waitFor(bench.clock, 'the storm', () => sink.events.length === 1000);
    pass(bench.clock, 10n * SETTLE_NS);
    expect(sink.events).toHaveLength(1000);
    output.write(1);
    waitFor(bench.clock, 'an edge after it', () => sink.events.length === 1001);
    expect(sink.events.at(-1)?.sequence).toBe(1002);
  });

  it('edges that were faster than the main thread are a gap', () => {
    using input = open(21);
    using output = open(20, { direction: 'output' });
    const sink = new KeptEvents();
    input.watch({ edges: 'both', sink, token: 1 });
    // Comes back within one turn of the main thread's loop.
    bench.worker.postMessage('pulse');
    pass(bench.clock, SETTLE_NS);
    output.write(1);
    waitFor(bench.clock, 'an edge', () => sink.events.length === 1);
    expect(sink.events.map(({ sequence, detail }) => [sequence, detail])).toEqual([[3, 1]]);
  });

  it('when the broker is gone outputs are at their safe level and nothing stays exported', async () => {
    open(17, { direction: 'output', initialLevel: 1, safeLevel: 0 });
    open(18, { direction: 'output', initialLevel: 1 });
    await bench.stop();
    expect([17, 18].map((offset) => [bench.isExported(offset), bench.level(offset)])).toEqual([
      [false, 0],
      [false, 1],
    ]);
    bench = new OnoffBench();
  });

  it('a main thread that does not answer is HAL_TIMEOUT, and a late answer is no other call’s', () => {
    const { port1, port2 } = new MessageChannel();
    const wake = new Int32Array(new SharedArrayBuffer(4));
    const files = {
      exists: () => false,
      regularFileBytes: () => undefined,
      list: () => [],
      listFolders: () => [],
      readBytes: () => new Uint8Array(),
      readText: String,
      writeText: () => {},
      realPath: String,
    };
    const lines = new OnoffLines({ port: port1, files, wake, wakeIndex: 0, answerMs: 1 });
    expect(codeOf(() => lines.call({ kind: 'read', line: 1 }))).toBe('HAL_TIMEOUT');
    port2.postMessage({ ticket: 1, level: 1 });
    port2.postMessage({ ticket: 2, level: 0 });
    expect(lines.call({ kind: 'read', line: 1 })).toBe(0);
    port1.close();
  });
});
