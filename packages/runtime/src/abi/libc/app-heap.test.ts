import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestMemory } from '../../guest/guest-memory.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';
import { AppHeap, MAX_HEAP_BLOCKS } from './app-heap.ts';
import { placeAppHeap, placeArguments } from './place-app-heap.ts';

const PAGE_BYTES = 65_536;

function setUp(base: number, byteLength: number): { heap: AppHeap; memory: GuestMemory; failures: number[] } {
  const memory = new GuestMemory();
  memory.attach(new WebAssembly.Memory({ initial: 1 }));
  const failures: number[] = [];
  const heap = new AppHeap(memory, (bytes) => failures.push(bytes));
  heap.place({ base, byteLength });
  return { heap, memory, failures };
}

describe('app heap', () => {
  it('gives the pointers that WAMR gives to its hello world', () => {
    const { heap, memory } = setUp(0x1440, 8192);
    const [count, pointers] = placeArguments(heap, memory, ['hello-world.wasm']);
    expect(count).toBe(1);
    expect(pointers).toBe(0x1448 + 20);
    expect(memory.readU32('test', pointers)).toBe(0x1448);
    expect(new TextDecoder().decode(memory.readCString('test', 0x1448))).toBe('hello-world.wasm');
    expect(heap.allocate(1024)).toBe(0x1468);
  });

  it('gives 16-byte blocks for the smallest requests', () => {
    const { heap } = setUp(1024, 8192);
    expect([
      heap.allocate(0),
      heap.allocate(1),
      heap.allocate(12),
      heap.allocate(13),
      heap.allocate(1),
    ]).toEqual([1032, 1048, 1064, 1080, 1104]);
  });

  it('never overlaps, keeps alignment and bounds, and is whole again after everything is freed', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ do: fc.constant('malloc' as const), size: fc.nat(300) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('free' as const), which: fc.nat(50) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('realloc' as const),
          which: fc.nat(50),
          size: fc.nat(400),
        }),
      },
    );
    const region = fc.record({
      base: fc.integer({ min: 0, max: 4096 }),
      byteLength: fc.integer({ min: 0, max: 3000 }),
    });
    fc.assert(
      fc.property(region, fc.array(step, { maxLength: 120 }), (place, steps) => {
        const { heap, memory } = setUp(place.base, place.byteLength);
        const whole = heap.freeBytes;
        let damaged = false;
        const live = new Map<number, { size: number; mark: number }>();
        const fill = (pointer: number, size: number, mark: number): void => {
          memory.view('test', pointer, size).fill(mark);
          live.set(pointer, { size, mark });
        };
        for (const [index, action] of steps.entries()) {
          const mark = (index % 255) + 1;
          const chosen =
            action.do === 'malloc' ? undefined : [...live.keys()][action.which % Math.max(1, live.size)];
          if (action.do === 'malloc') {
            const pointer = heap.allocate(action.size);
            if (pointer !== 0) {
              fill(pointer, action.size, mark);
            }
          } else if (chosen !== undefined && action.do === 'free') {
            heap.release(chosen);
            live.delete(chosen);
          } else if (chosen !== undefined && action.do === 'realloc') {
            const old = live.get(chosen) as { size: number; mark: number };
            try {
              const moved = heap.reallocate('env.realloc', chosen, action.size);
              const kept = memory.view('test', moved, Math.min(old.size, action.size));
              damaged ||= !kept.every((byte) => byte === old.mark);
              live.delete(chosen);
              fill(moved, action.size, mark);
            } catch (error) {
              if (!(error instanceof GuestTrap)) {
                throw error;
              }
            }
          }
          for (const [pointer, block] of live) {
            expect(pointer % 8).toBe(0);
            expect(pointer).toBeGreaterThanOrEqual(place.base + 8);
            expect(pointer + block.size).toBeLessThanOrEqual(place.base + place.byteLength);
            expect(memory.view('test', pointer, block.size).every((byte) => byte === block.mark)).toBe(true);
          }
          expect(damaged).toBe(false);
          expect(heap.liveBlocks).toBe(live.size);
        }
        for (const pointer of live.keys()) {
          heap.release(pointer);
        }
        expect(heap.freeBytes).toBe(whole);
        expect(whole === 0 || heap.allocate(whole - 4) !== 0).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('ignores a free of anything that is not a live block', () => {
    const { heap } = setUp(1024, 1024);
    const pointer = heap.allocate(10);
    const free = heap.freeBytes;
    for (const foreign of [0, 1, pointer + 8, -1, 0xffff_ffff]) {
      heap.release(foreign);
    }
    expect(heap.freeBytes).toBe(free);
    heap.release(pointer);
    heap.release(pointer);
    expect(heap.allocate(10)).toBe(pointer);
    expect(heap.allocate(10)).not.toBe(pointer);
  });

  it('gives 0 and counts when there is no room, and when a product exceeds 32 bits', () => {
    const { heap, failures } = setUp(1024, 64);
    expect(heap.allocate(1000)).toBe(0);
    expect(heap.allocate(-1)).toBe(0);
    expect(heap.allocateZeroed('env.calloc', 0x10000, 0x10000)).toBe(0);
    expect(failures).toEqual([1000, 0xffff_ffff, 0x1_0000_0000]);
    expect(heap.failedAllocations).toBe(3);
  });

  it('zeroes what calloc gives, also when the block was used before', () => {
    const { heap, memory } = setUp(1024, 1024);
    const first = heap.allocate(64);
    memory.view('test', first, 64).fill(0xaa);
    heap.release(first);
    const second = heap.allocateZeroed('env.calloc', 4, 16);
    expect(second).toBe(first);
    expect(memory.read('test', second, 64)).toEqual(new Uint8Array(64));
  });

  it('traps with "out of memory" when realloc fails or gets a foreign pointer', () => {
    const { heap } = setUp(1024, 64);
    const pointer = heap.allocate(8);
    expect(() => heap.reallocate('env.realloc', pointer, 4096)).toThrow('env.realloc: out of memory');
    expect(() => heap.reallocate('env.realloc', pointer + 1, 8)).toThrow('env.realloc: out of memory');
    expect(heap.reallocate('env.realloc', 0, 8)).toBe(pointer + 16);
  });

  it('keeps its records when the guest writes over the whole heap', () => {
    const { heap, memory } = setUp(1024, 1024);
    const whole = heap.freeBytes;
    const pointers = [heap.allocate(8), heap.allocate(100), heap.allocate(8)];
    memory.view('test', 0, PAGE_BYTES).fill(0xff);
    for (const pointer of pointers) {
      heap.release(pointer);
    }
    expect(heap.freeBytes).toBe(whole);
  });

  it('refuses more blocks than the host keeps records of', () => {
    const memory = new GuestMemory();
    memory.attach(new WebAssembly.Memory({ initial: 32 }));
    const heap = new AppHeap(memory);
    heap.place({ base: 0, byteLength: 32 * PAGE_BYTES });
    for (let index = 0; index < MAX_HEAP_BLOCKS; index += 1) {
      heap.allocate(1);
    }
    expect(heap.failedAllocations).toBe(0);
    expect(heap.allocate(1)).toBe(0);
    expect(heap.freeBytes).toBeGreaterThan(0);
  });

  it('fails each allocation before it has a place', () => {
    const heap = new AppHeap(new GuestMemory());
    expect(heap.allocate(1)).toBe(0);
    expect(() => placeArguments(heap, new GuestMemory(), ['app'])).toThrow('allocate memory failed');
  });
});

describe('the place of the app heap', () => {
  it('is the rounded heap base when it fits, and memory does not grow', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    expect(placeAppHeap({ heapBase: 5183, memory })).toEqual({ base: 5184, byteLength: 8192 });
    expect(placeAppHeap({ heapBase: PAGE_BYTES - 8192, memory })).toEqual({
      base: PAGE_BYTES - 8192,
      byteLength: 8192,
    });
    expect(memory.buffer.byteLength).toBe(PAGE_BYTES);
  });

  it('grows memory by what is missing', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    expect(placeAppHeap({ heapBase: PAGE_BYTES - 8, memory })).toEqual({
      base: PAGE_BYTES - 8,
      byteLength: 8192,
    });
    expect(memory.buffer.byteLength).toBe(2 * PAGE_BYTES);
  });

  it('is behind the end of memory when the module exports no heap base, or a wrong one', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    expect(placeAppHeap({ heapBase: undefined, memory, byteLength: 100_000 })).toEqual({
      base: PAGE_BYTES,
      byteLength: 100_000,
    });
    expect(memory.buffer.byteLength).toBe(3 * PAGE_BYTES);
    expect(placeAppHeap({ heapBase: -8, memory })).toEqual({ base: 3 * PAGE_BYTES, byteLength: 8192 });
  });

  it('is what fits when memory cannot grow', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    expect(placeAppHeap({ heapBase: PAGE_BYTES - 100, memory })).toEqual({
      base: PAGE_BYTES - 96,
      byteLength: 96,
    });
    expect(placeAppHeap({ heapBase: undefined, memory })).toEqual({ base: PAGE_BYTES, byteLength: 0 });
  });
});
