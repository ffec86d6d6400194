import { HeapNode, IndexedHeap } from './indexed-heap.ts';

/** A place in a calendar, made once for what it stands for and reused. Owned by one calendar at a time. */
export class CalendarNode<Item> {
  readonly item: Item;
  /** Settled by `order` between equal times: the smaller comes first. */
  readonly order: number;
  /** Written by the calendar only: undefined when it is in none. */
  day: CalendarDay<Item> | undefined;
  /** Its place in the day's list. Written by the calendar only. */
  index = 0;

  constructor(item: Item, order: number) {
    this.item = item;
    this.order = order;
  }
}

/** Everything at one time. */
export interface CalendarDay<Item> {
  readonly timeNs: bigint;
  readonly nodes: CalendarNode<Item>[];
  /** The nodes stand in falling order, so that the next one is at the end. */
  isSorted: boolean;
  readonly place: HeapNode<CalendarDay<Item>>;
}

/**
 * Earliest time first, like `IndexedHeap`, for times that many share: sensors of one interval are all due at the same points of the
 * grid. The times are in a heap, what is due at each in a list, so that one of 10,000 nodes at the same time costs as much as one
 * of 10. The order of equal times does not depend on what happened before, so two runs are equal.
 */
export class WakeCalendar<Item> {
  readonly #days = new Map<bigint, CalendarDay<Item>>();
  readonly #times = new IndexedHeap<CalendarDay<Item>>();
  /** The day that was last added to: the next is mostly for the same. */
  #lastDay: CalendarDay<Item> | undefined;
  #dayCount = 0;

  /** The time of the first node, or undefined. O(1). */
  get firstNs(): bigint | undefined {
    return this.#times.top?.key;
  }

  /** The first node, or undefined. O(1), and O(n log n) once for the n nodes of a time when they were not added in order. */
  get first(): CalendarNode<Item> | undefined {
    const day = this.#times.top?.item;
    if (day === undefined) return undefined;
    if (!day.isSorted) sort(day);
    return day.nodes.at(-1);
  }

  /** Adds the node, or moves it when it is here already. O(log n) in the number of different times. */
  set(node: CalendarNode<Item>, timeNs: bigint): void {
    if (node.day?.timeNs === timeNs) return;
    this.remove(node);
    const day = this.#dayOf(timeNs);
    const last = day.nodes.at(-1);
    if (last !== undefined && last.order < node.order) day.isSorted = false;
    node.day = day;
    node.index = day.nodes.length;
    day.nodes.push(node);
  }

  /** Nothing happens when the node is not in the calendar. */
  remove(node: CalendarNode<Item>): void {
    const { day } = node;
    if (day === undefined) return;
    node.day = undefined;
    const last = day.nodes.pop() as CalendarNode<Item>;
    if (last !== node) {
      day.nodes[node.index] = last;
      last.index = node.index;
      day.isSorted = false;
    }
    if (day.nodes.length > 0) return;
    this.#times.remove(day.place);
    this.#days.delete(day.timeNs);
    if (this.#lastDay === day) this.#lastDay = undefined;
  }

  #dayOf(timeNs: bigint): CalendarDay<Item> {
    if (this.#lastDay?.timeNs === timeNs) return this.#lastDay;
    let day = this.#days.get(timeNs);
    if (day === undefined) {
      day = newDay<Item>(timeNs, this.#dayCount);
      this.#dayCount += 1;
      this.#days.set(timeNs, day);
      this.#times.set(day.place, timeNs);
    }
    this.#lastDay = day;
    return day;
  }
}

function newDay<Item>(timeNs: bigint, order: number): CalendarDay<Item> {
  const day: { -readonly [Key in keyof CalendarDay<Item>]?: CalendarDay<Item>[Key] } = {
    timeNs,
    nodes: [],
    isSorted: true,
  };
  day.place = new HeapNode(day as CalendarDay<Item>, order);
  return day as CalendarDay<Item>;
}

/** Nodes that were added in rising order, which is the usual case, are only turned round: a sort by runs sees it. */
function sort<Item>(day: CalendarDay<Item>): void {
  day.nodes.sort((one, other) => other.order - one.order);
  day.nodes.forEach((node, index) => {
    node.index = index;
  });
  day.isSorted = true;
}
