import { describe, expect, it } from 'vitest';
import { runGuest } from '../support/run-guest.ts';

const permissions = [{ kind: 'clock', actions: ['monotonic'] }];

/** What libc-all.c prints, line by line: what C says, and where the small libc differs, what its header says. */
const expected = [
  '[42|   42|42   |00042|+42|beef|BEEF|0xbeef|10]',
  '[9007199254740993|18446744073709551615|feedface]',
  '[3.14|   2.500|1.234568e+04|0.0001]',
  '[abc|abc|   right|left    |z|%]',
  '[(nil)|0x1234]',
  'snprintf 9 tru',
  'sprintf 5',
  '7 seven 7.5',
  'vprintf 12 vsprintf 12 vsnprintf 12 7 s',
  'line',
  'puts 5',
  'c putchar 1',
  'cocopied.......................',
  'memcmp 1 1 0',
  'memchr me 1',
  'big',
  'strlen 12',
  'strcpy copy strncpy copy',
  'strcmp 1 0',
  'strncmp 0',
  'strncasecmp 0',
  'strchr =b 1',
  'strstr in hay',
  'strspn 4 strcspn 5',
  'atoi -42 0',
  'strtol 31 [ rest]',
  'strtoul 4000000000 []',
  'classes 11111110 qQ',
  'allocated',
  'calloc 0 malloc 1',
  'strdup allocated 1',
  'clock_gettime 0 1',
  'clock 1',
];

describe('a guest with the small libc', () => {
  it('calls every function that it may return from', async () => {
    const { exit, output } = await runGuest('libc-all', { permissions });
    expect(output.split('\n')).toEqual([...expected, 'done', '']);
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 3 });
  });

  it('ends with the status of exit', async () => {
    const { exit, output } = await runGuest('libc-all', { permissions, arguments: ['1'] });
    expect(output.split('\n').at(-2)).toBe('clock 1');
    expect(exit).toMatchObject({ reason: 'completed', exitCode: 7 });
  });

  for (const [mode, text] of [
    ['2', 'env.abort(9)'],
    ['3', 'env.abortStackOverflow(1024)'],
    ['4', 'env.nullFunc_X(3)'],
    ['5', '__cxa_throw'],
  ] as const) {
    it(`traps with the name of the call: ${text}`, async () => {
      const { exit } = await runGuest('libc-all', { permissions, arguments: [mode] });
      expect(exit.reason).toBe('trapped');
      expect(exit.message).toContain(text);
    });
  }
});
