import { describe, expect, it } from 'vitest';
import { attacks, parseAttack } from './attack.ts';

describe('the guests that attack', () => {
  it('are all in attacks.md, as their files say (npx vitest run test/hostile/attack-table --update writes it)', async () => {
    const rows = attacks().map(
      ({ file, group, about, runs, ends, code, says, tells }) =>
        `| \`${file}\` | ${group} | ${about} | ${runs} | ${[ends, code].filter(Boolean).join(' ')} | ${[...says, ...tells].map((part) => part.replaceAll('|', '\\|')).join('; ')} |`,
    );
    await expect(
      [
        '# Guests that attack',
        '',
        'Written from the first lines of the files in `guests`, which say what is expected. What holds for all of them is in README.md.',
        '',
        '| guest | group | what it does | runs | ends | with the words |',
        '|---|---|---|---|---|---|',
        ...rows,
        '',
      ].join('\n'),
    ).toMatchFileSnapshot('./attacks.md');
  });
});

describe('the head of such a file', () => {
  const head = '// attack: a\n// group: g\n// runs: inline\n// ends: completed 0\n';

  it('says what is expected, and ends where the comment ends', () => {
    expect(
      parseAttack('one.c', `${head}// says: x\n// says: y\n// counts: denials 3\nint main;\n// for: 5\n`),
    ).toEqual({
      name: 'one',
      file: 'one.c',
      about: 'a',
      group: 'g',
      runs: 'inline',
      ends: 'completed',
      code: '0',
      says: ['x', 'y'],
      tells: [],
      counts: { denials: 3 },
      limits: {},
      hasKeyStorm: false,
      forMs: 1000,
    });
  });

  it('is refused with a word that is not known, without an end, and with one that there is not', () => {
    expect(() => parseAttack('one.c', `${head}// sais: x\n`)).toThrow('"sais" is not known');
    expect(() => parseAttack('one.c', head.replace('ends', 'says'))).toThrow('needs one line "// ends: ..."');
    expect(() => parseAttack('one.c', head.replace('completed', 'dies'))).toThrow('cannot end as "dies"');
    expect(() => parseAttack('one.c', `${head}// counts: denials\n`)).toThrow('is not a name and a number');
  });
});
