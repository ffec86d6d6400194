import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalendarNode, WakeCalendar } from './wake-calendar.ts';

describe('WakeCalendar', () => {
  it('has the earliest first, and of equal times the smallest order, after any changes', () => {
    const change = fc.record({
      node: fc.integer({ min: 0, max: 19 }),
      timeNs: fc.option(fc.bigInt({ min: -2n, max: 2n }), { nil: undefined }),
      looks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const nodes = Array.from({ length: 20 }, (_, order) => new CalendarNode(`node ${order}`, order));
        const calendar = new WakeCalendar<string>();
        const model = new Map<CalendarNode<string>, bigint>();
        for (const { node: index, timeNs, looks } of changes) {
          const node = nodes[index] as CalendarNode<string>;
          if (timeNs === undefined) {
            calendar.remove(node);
            model.delete(node);
          } else {
            calendar.set(node, timeNs);
            model.set(node, timeNs);
          }
          const first = [...model].toSorted(
            ([a, aNs], [b, bNs]) => Number(aNs - bNs) || a.order - b.order,
          )[0];
          expect(calendar.firstNs).toBe(first?.[1]);
          if (looks) expect(calendar.first).toBe(first?.[0]);
        }
        const rest: string[] = [];
        for (let node = calendar.first; node !== undefined; node = calendar.first) {
          rest.push(node.item);
          calendar.remove(node);
        }
        const expected = [...model].toSorted(([a, aNs], [b, bNs]) => Number(aNs - bNs) || a.order - b.order);
        expect(rest).toEqual(expected.map(([{ item }]) => item));
      }),
    );
  });
});
