import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeapNode, IndexedHeap } from './indexed-heap.ts';

describe('IndexedHeap', () => {
  it('has the smallest key on top, and of equal keys the smallest order, after any changes', () => {
    const change = fc.record({
      node: fc.integer({ min: 0, max: 19 }),
      key: fc.option(fc.bigInt({ min: -5n, max: 5n }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const nodes = Array.from({ length: 20 }, (_, order) => new HeapNode(`node ${order}`, order));
        const heap = new IndexedHeap<string>();
        const model = new Map<HeapNode<string>, bigint>();
        for (const { node: index, key } of changes) {
          const node = nodes[index] as HeapNode<string>;
          if (key === undefined) {
            heap.remove(node);
            model.delete(node);
          } else {
            heap.set(node, key);
            model.set(node, key);
          }
          const first = [...model].toSorted(
            ([a, aKey], [b, bKey]) => Number(aKey - bKey) || a.order - b.order,
          )[0]?.[0];
          expect(heap.top).toBe(first);
          expect(heap.size).toBe(model.size);
        }
      }),
    );
  });
});
