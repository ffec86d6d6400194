import { describe, expect, it } from 'vitest';
import { KeptEvents } from '../conformance/fixture-test.ts';
import { NS_PER_MS } from '../units.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';

const input = { offset: 21, consumer: 'counter', direction: 'input' } as const;

function bench() {
  const pi = new FakePi();
  const line = pi.hal.openGpioLine(input);
  const sink = new KeptEvents();
  let level: 0 | 1 = 0;
  const toggle = (times: number): void => {
    for (let count = 0; count < times; count += 1) {
      level = level === 0 ? 1 : 0;
      pi.header.pads.drive(21, level);
    }
  };
  const close = (): void => {
    pi.hal.close();
    pi.checkNothingHeld();
  };
  return { pi, line, sink, toggle, close };
}

describe('edges that nobody reads in time', () => {
  it('the kernel drops the oldest of more than 256: a gap as long as the loss', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    toggle(300);
    while (pi.deliver() > 0);
    const sequences = sink.events.map(({ sequence }) => sequence);
    expect([sequences.length, sequences[0], sequences.at(-1)]).toEqual([256, 45, 300]);
    close();
  });

  it('the ring drops the oldest of more than 4096, counted and as a gap', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    for (let round = 0; round < 50; round += 1) {
      toggle(100);
      while (pi.pumpOnce() > 0);
      pi.clock.spend(101n * NS_PER_MS);
    }
    expect(pi.edges.droppedCount).toBe(904);
    pi.edges.drain();
    expect([sink.events.length, sink.events[0]?.sequence]).toEqual([4096, 905]);
    close();
  });
});

describe('a storm', () => {
  it('more than 1000 edges in 100 ms switch the line off for 100 ms; then it goes on with a gap', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    for (let round = 0; round < 20; round += 1) {
      toggle(100);
      pi.deliver();
    }
    expect(pi.edges.stormCount).toBe(1);
    const before = sink.events.length;
    expect(before).toBe(1100);
    pi.pass(99n * NS_PER_MS);
    toggle(50);
    pi.deliver();
    expect(sink.events).toHaveLength(before);
    pi.pass(2n * NS_PER_MS);
    toggle(2);
    pi.deliver();
    expect(sink.events.slice(before).map(({ sequence }) => sequence)).toEqual([1102, 1103]);
    close();
  });

  it('of one line does not keep another from being heard', () => {
    const { pi, line, sink, toggle, close } = bench();
    const quiet = pi.hal.openGpioLine({ ...input, offset: 22 });
    line.watch({ edges: 'both', sink, token: 1 });
    quiet.watch({ edges: 'rising', sink, token: 2 });
    toggle(250);
    pi.header.pads.drive(22, 1);
    // One round takes at most 128 edges of a line.
    expect(pi.deliver()).toBe(129);
    expect(sink.events.at(-1)?.token).toBe(2);
    close();
  });

  it('ends with unwatch: the line is not switched on again', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    for (let round = 0; round < 11; round += 1) {
      toggle(100);
      pi.deliver();
    }
    expect(pi.edges.stormCount).toBe(1);
    line.unwatch();
    const before = sink.events.length;
    pi.pass(500n * NS_PER_MS);
    toggle(10);
    pi.deliver();
    expect(sink.events).toHaveLength(before);
    close();
  });

  it('at up to 1000 edges in 100 ms there is none', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    for (let round = 0; round < 40; round += 1) {
      toggle(100);
      pi.deliver();
      pi.clock.spend(11n * NS_PER_MS);
    }
    expect([pi.edges.stormCount, sink.events.length]).toEqual([0, 4000]);
    close();
  });
});

describe('the sequence of a watch', () => {
  it('starts at 1 again after unwatch, whatever was lost in between', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    toggle(3);
    pi.deliver();
    // These wait in the kernel when the watch ends.
    toggle(2);
    line.unwatch();
    toggle(5);
    line.watch({ edges: 'both', sink, token: 2 });
    toggle(2);
    pi.deliver();
    line.watch({ edges: 'rising', sink, token: 3 });
    toggle(2);
    pi.deliver();
    expect(sink.events.map(({ token, sequence }) => [token, sequence])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 2],
      [3, 1],
    ]);
    close();
  });

  it('goes on over a failed watch', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    toggle(4);
    pi.deliver();
    pi.kernel.fault = ({ name }) => (name === 'ioctl' ? 'EIO' : undefined);
    expect(() => line.watch({ edges: 'both', sink, token: 2 })).toThrow('EIO');
    pi.kernel.fault = () => undefined;
    line.watch({ edges: 'both', sink, token: 3 });
    toggle(1);
    pi.deliver();
    expect(sink.events.at(-1)).toMatchObject({ token: 3, sequence: 1 });
    close();
  });
});

describe('the pump', () => {
  it('is started by the first watch, and again by the first one after close', () => {
    const { pi, line, sink, toggle } = bench();
    const eventDescriptors = () => pi.kernel.calls.filter(({ name }) => name === 'eventfd').length;
    expect(eventDescriptors()).toBe(0);
    line.watch({ edges: 'both', sink, token: 1 });
    expect(eventDescriptors()).toBe(1);
    pi.hal.close();
    pi.checkNothingHeld();
    const again = pi.hal.openGpioLine(input);
    again.watch({ edges: 'both', sink, token: 2 });
    toggle(2);
    pi.deliver();
    expect(sink.events.map(({ token, sequence }) => [token, sequence])).toEqual([
      [2, 1],
      [2, 2],
    ]);
    expect(eventDescriptors()).toBe(2);
    pi.hal.close();
    pi.checkNothingHeld();
  });

  it('hears nothing more of a line whose chip was unbound, and does not spin on it', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    toggle(1);
    pi.header.isRemoved = true;
    expect([pi.deliver(), pi.deliver()]).toEqual([0, 0]);
    pi.kernel.calls.length = 0;
    pi.deliver();
    // The wait itself, of the wake descriptor alone.
    expect(pi.kernel.calls.map(({ name }) => name)).toEqual(['poll']);
    pi.header.isRemoved = false;
    close();
  });

  it('survives a read that fails', () => {
    const { pi, line, sink, toggle, close } = bench();
    line.watch({ edges: 'both', sink, token: 1 });
    toggle(1);
    pi.kernel.fault = ({ name }) => (name === 'read' ? 'ENODEV' : undefined);
    expect(pi.deliver()).toBe(0);
    pi.kernel.fault = () => undefined;
    expect(() => line.unwatch()).not.toThrow();
    close();
  });
});
