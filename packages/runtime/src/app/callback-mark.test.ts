import { describe, expect, it } from 'vitest';
import { CallbackMark, CallbackWatch } from './callback-mark.ts';

describe('a watch of callbacks', () => {
  it('tells of one that stays for the whole limit, not of many short ones and not of an idle app', () => {
    const mark = new CallbackMark();
    const watch = new CallbackWatch(mark, 3);
    const looks = (count: number): boolean[] => Array.from({ length: count }, () => watch.look());
    expect(looks(10)).not.toContain(true);
    for (let index = 0; index < 10; index += 1) {
      mark.within(() => expect(watch.look()).toBe(false));
    }
    mark.within(() => expect(looks(5)).toEqual([false, false, false, true, true]));
    expect(looks(5)).not.toContain(true);
  });

  it('counts a callback that threw as over', () => {
    const mark = new CallbackMark();
    expect(() =>
      mark.within(() => {
        throw new Error('trap');
      }),
    ).toThrow('trap');
    const watch = new CallbackWatch(mark, 1);
    expect([watch.look(), watch.look(), watch.look()]).not.toContain(true);
  });
});
