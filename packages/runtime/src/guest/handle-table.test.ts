import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HandleTable, MAX_HANDLES } from './handle-table.ts';

type Resource =
  | { readonly kind: 'gpio'; readonly id: number }
  | { readonly kind: 'i2c'; readonly id: number };

describe('handle table', () => {
  it('behaves like a map that never gives a number twice, over any sequence of opens and closes', () => {
    const command = fc.oneof(
      fc.constant({ do: 'open' as const }),
      fc.record({ do: fc.constant('close' as const), which: fc.nat(40) }),
      fc.record({
        do: fc.constant('garbage' as const),
        number: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      }),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(command, { maxLength: 80 }),
        (capacity, commands) => {
          const table = new HandleTable<Resource>(capacity);
          const live = new Map<number, Resource>();
          const ever: number[] = [];
          for (const [id, step] of commands.entries()) {
            if (step.do === 'open') {
              const resource: Resource = { kind: id % 2 === 0 ? 'gpio' : 'i2c', id };
              const handle = table.add(resource);
              if (live.size === capacity) {
                expect(handle).toBeUndefined();
              } else {
                expect(handle).toBeGreaterThan(0);
                expect(ever).not.toContain(handle);
                ever.push(handle as number);
                live.set(handle as number, resource);
              }
            } else if (step.do === 'close') {
              const handle = ever[step.which % Math.max(1, ever.length)] ?? 0;
              expect(table.remove(handle)).toBe(live.get(handle));
              live.delete(handle);
              expect(table.wasClosed(handle)).toBe(handle !== 0);
            } else {
              expect(table.find(step.number)).toBe(live.get(step.number));
            }
            expect(table.count).toBe(live.size);
            expect(new Map(table.entries().map((entry) => [entry.handle, entry.resource]))).toEqual(live);
          }
          for (const handle of ever) {
            expect(table.find(handle)).toBe(live.get(handle));
          }
        },
      ),
    );
  });

  it('finds a resource only under its own kind', () => {
    const table = new HandleTable<Resource>(4);
    const handle = table.add({ kind: 'gpio', id: 1 }) as number;
    expect(table.get('gpio', handle)?.id).toBe(1);
    expect(table.get('i2c', handle)).toBeUndefined();
    expect(table.wasClosed(handle)).toBe(false);
  });

  it('says of a number that was never given out that it was not closed', () => {
    const table = new HandleTable<Resource>(4);
    table.add({ kind: 'gpio', id: 1 });
    for (const number of [0, -1, 1, 5, MAX_HANDLES * 2, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(table.wasClosed(number)).toBe(false);
    }
  });

  it('refuses a capacity that its numbers cannot hold', () => {
    expect(() => new HandleTable<Resource>(0)).toThrow(RangeError);
    expect(() => new HandleTable<Resource>(MAX_HANDLES + 1)).toThrow(RangeError);
  });
});
