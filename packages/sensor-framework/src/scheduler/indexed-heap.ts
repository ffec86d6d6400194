/** A place in a heap, made once for what it stands for and reused. Owned by one heap at a time. */
export class HeapNode<Item> {
  readonly item: Item;
  /** Settled by `order` between equal keys: the smaller comes first. */
  readonly order: number;
  key = 0n;
  /** Where it is in the heap's array, -1 when it is in none. Written by the heap only. */
  index = -1;

  constructor(item: Item, order: number) {
    this.item = item;
    this.order = order;
  }
}

/**
 * Smallest key first; any node can be moved or removed. O(log n) for each change, O(1) for `top`. The order of equal
 * keys does not depend on what happened before, so two runs are equal.
 */
export class IndexedHeap<Item> {
  readonly #nodes: HeapNode<Item>[] = [];

  get size(): number {
    return this.#nodes.length;
  }

  get top(): HeapNode<Item> | undefined {
    return this.#nodes[0];
  }

  /** Adds the node, or moves it when it is here already. */
  set(node: HeapNode<Item>, key: bigint): void {
    const rises = node.index === -1 || key < node.key;
    node.key = key;
    if (node.index === -1) {
      node.index = this.#nodes.length;
      this.#nodes.push(node);
    }
    if (rises) this.#rise(node);
    else this.#sink(node);
  }

  /** Nothing happens when the node is not in the heap. */
  remove(node: HeapNode<Item>): void {
    const { index } = node;
    if (index === -1) return;
    node.index = -1;
    const last = this.#nodes.pop() as HeapNode<Item>;
    if (last === node) return;
    this.#put(last, index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(node: HeapNode<Item>): void {
    let { index } = node;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.#nodes[parentIndex] as HeapNode<Item>;
      if (!comesBefore(node, parent)) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(node, index);
  }

  #sink(node: HeapNode<Item>): void {
    let { index } = node;
    for (;;) {
      const leftIndex = 2 * index + 1;
      const left = this.#nodes[leftIndex];
      if (left === undefined) break;
      const right = this.#nodes[leftIndex + 1];
      const first = right !== undefined && comesBefore(right, left) ? right : left;
      if (!comesBefore(first, node)) break;
      const firstIndex = first.index;
      this.#put(first, index);
      index = firstIndex;
    }
    this.#put(node, index);
  }

  #put(node: HeapNode<Item>, index: number): void {
    this.#nodes[index] = node;
    node.index = index;
  }
}

function comesBefore<Item>(a: HeapNode<Item>, b: HeapNode<Item>): boolean {
  return a.key < b.key || (a.key === b.key && a.order < b.order);
}
