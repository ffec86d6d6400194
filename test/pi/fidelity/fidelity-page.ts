import type { CaseRecord } from './case-record.ts';
import {
  allowedDifferences,
  type Explanation,
  emulatorDifferences,
  explanations,
  NOT_RUN,
} from './explanations.ts';
import { type Target, targets } from './targets.ts';

/** What one case came to on one target: `passed`, or the reason why it did not run. */
export type Outcome = { readonly passed: true } | { readonly passed: false; readonly reason: string };

/** Cases in the order of the suite, each with its outcomes by title of target. */
export type Outcomes = ReadonlyMap<string, ReadonlyMap<string, Outcome>>;

const PASSED = 'passed';
/** In the cell of a case that a target does not have. */
const ABSENT = '-';
const SEPARATOR = ' > ';

/** Something that the page cannot be made of. The message says what to do. */
export class FidelityError extends Error {
  override readonly name = 'FidelityError';
}

/** The records of one target, by name of the case. Throws FidelityError for a case that failed or gives no reason. */
function outcomesOf(records: readonly CaseRecord[], target: Target): Map<string, Outcome> {
  const start = `conformance: ${target.suite}${SEPARATOR}`;
  const outcomes = new Map<string, Outcome>();
  for (const { name, state, note } of records) {
    const at = name.indexOf(start);
    if (at < 0) continue;
    const each = name.slice(at + start.length);
    if (state !== PASSED && (state !== 'skipped' || note === '')) {
      throw new FidelityError(
        `${target.title}: ${each}: ${state} without a reason; the page is for a suite that holds`,
      );
    }
    outcomes.set(each, state === PASSED ? { passed: true } : { passed: false, reason: note });
  }
  return outcomes;
}

/** Throws FidelityError when a target did not run, or has a case that the first has not. */
export function collectOutcomes(records: readonly CaseRecord[]): Outcomes {
  const columns = targets.map((target) => ({ target, outcomes: outcomesOf(records, target) }));
  const cases = [...(columns[0]?.outcomes.keys() ?? [])];
  for (const { target, outcomes } of columns) {
    if (outcomes.size === 0)
      throw new FidelityError(`${target.title}: no case ran; ${target.file} runs them`);
    const unknown = [...outcomes.keys()].find((name) => !cases.includes(name));
    if (unknown !== undefined)
      throw new FidelityError(`${target.title}: ${unknown}: ${targets[0]?.title} has no such case`);
  }
  return new Map(
    cases.map((name) => [
      name,
      new Map(
        columns.map(({ target, outcomes }) => [
          target.title,
          outcomes.get(name) ?? { passed: false, reason: NOT_RUN },
        ]),
      ),
    ]),
  );
}

/** The page. Throws FidelityError for a reason without an explanation, and for an explanation that no case needs. */
export function fidelityPage(outcomes: Outcomes, emulator: string): string {
  const used = new Set<string>();
  const cell = (title: string, outcome: Outcome): string => {
    if (outcome.passed) return PASSED;
    const number = explanations.findIndex(
      ({ targets: titles, reason }) => titles.includes(title) && reason === outcome.reason,
    );
    if (number < 0) {
      throw new FidelityError(
        `${title}: "${outcome.reason}" has no explanation; add one to test/pi/fidelity/explanations.ts`,
      );
    }
    used.add(`${number} ${title}`);
    return outcome.reason === NOT_RUN ? ABSENT : `skipped, ${number + 1}`;
  };
  const groups = new Map<string, string[]>();
  for (const [name, byTarget] of outcomes) {
    const [group, title] = splitName(name);
    const cells = targets.map((target) => cell(target.title, byTarget.get(target.title) as Outcome));
    groups.set(group, [...(groups.get(group) ?? []), row([title, ...cells])]);
  }
  const idle = explanations.flatMap((each, number) =>
    each.targets
      .filter((title) => !used.has(`${number} ${title}`))
      .map((title) => `${title}: "${each.reason}"`),
  );
  if (idle.length > 0) {
    throw new FidelityError(
      `no case is skipped for ${idle.join(', ')}; take it out of test/pi/fidelity/explanations.ts`,
    );
  }
  return [
    introduction(outcomes, emulator),
    ...[...groups].map(([group, rows]) => `### ${group}\n\n${header()}\n${rows.join('\n')}\n`),
    reasonsText(),
    differencesText(),
  ].join('\n');
}

/** The cases of a page and what each column says, for comparing it with a run. */
export function readPage(page: string): Map<string, Map<string, string>> {
  const cases = new Map<string, Map<string, string>>();
  let group = '';
  for (const line of page.split('\n')) {
    if (line.startsWith('## ')) group = '';
    const heading = /^### (.+)$/u.exec(line);
    if (heading !== null) group = heading[1] as string;
    const cells = line.split(' | ').map((text) => text.replace(/^\| | \|$/gu, ''));
    if (group === '' || cells.length !== targets.length + 1 || cells[0] === 'case' || cells[0] === '---')
      continue;
    const [title, ...columns] = cells as [string, ...string[]];
    const name = group === UNGROUPED ? title : `${group}${SEPARATOR}${title}`;
    cases.set(name, new Map(targets.map((target, index) => [target.title, columns[index] as string])));
  }
  return cases;
}

/** Every case of a page, and whether it passed on that target: for comparing with `passedCases`. */
export function pageColumn(page: ReadonlyMap<string, ReadonlyMap<string, string>>, title: string): Column {
  return Object.fromEntries([...page].map(([name, byTarget]) => [name, byTarget.get(title) === PASSED]));
}

/** Every case of a run, and whether it passed on that target. Throws FidelityError as `outcomesOf`. */
export function passedCases(records: readonly CaseRecord[], title: string): Column {
  const target = targets.find((each) => each.title === title);
  if (target === undefined) throw new FidelityError(`no target ${title}`);
  return Object.fromEntries([...outcomesOf(records, target)].map(([name, { passed }]) => [name, passed]));
}

type Column = Readonly<Record<string, boolean>>;

/** Cases that belong to no bus. */
const UNGROUPED = 'backend';

function splitName(name: string): [string, string] {
  const at = name.indexOf(SEPARATOR);
  return at < 0 ? [UNGROUPED, name] : [name.slice(0, at), name.slice(at + SEPARATOR.length)];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function header(): string {
  const titles = targets.map(({ title }) => title);
  return `${row(['case', ...titles])}\n${row(['---', ...titles.map(() => '---')])}`;
}

function introduction(outcomes: Outcomes, emulator: string): string {
  const counted = targets.map(({ title, about, file }) => {
    const all = [...outcomes.values()].map((byTarget) => byTarget.get(title) as Outcome);
    const passed = all.filter((outcome) => outcome.passed).length;
    const absent = all.filter((outcome) => !outcome.passed && outcome.reason === NOT_RUN).length;
    const skipped = all.length - passed - absent;
    return row([title, `${about} ([source](../${file}))`, String(passed), String(skipped)]);
  });
  return `# Fidelity: the same suite on every kind of hardware

Made by \`npm run fidelity\`, which runs the [conformance suite](backends.md#running-the-suite) everywhere and writes down what each case came to; do not
edit it. A test fails when the suite has other cases than this page, or the mock and the fake kernel come to something else; \`npm run test:pi\`
fails when the emulated Pi does. The emulated Pi was ${emulator}.

No case fails anywhere. A number stands for why a case was skipped, under [reasons](#reasons); ${ABSENT} is a case that the hardware does not have. A real
Raspberry Pi has not run the suite yet.

| column | hardware | passed | skipped |
| --- | --- | --- | --- |
${counted.join('\n')}

## Cases
`;
}

function reasonsText(): string {
  const lines = explanations.map(
    ({ targets: titles, reason, why, shownBy }, index) =>
      `${index + 1}. ${titles.join(', ')}: "${reason}". ${why}${seen('Shown by', shownBy)}`,
  );
  return `## Reasons\n\n${lines.join('\n')}\n`;
}

function differencesText(): string {
  const allowed = allowedDifferences.map(({ what, differs }) => `- **${what}.** ${differs}`);
  const emulated = emulatorDifferences.map(
    ({ what, effect, seenIn }) => `- **${what}.** ${effect}${seen('Seen in', seenIn)}`,
  );
  return `## Differences that the suite allows

${allowed.join('\n')}

## What QEMU does unlike the hardware

${emulated.join('\n')}
`;
}

function seen(word: string, paths: readonly string[]): string {
  const links = paths.map((path) => `[${path.slice(path.lastIndexOf('/') + 1)}](../${path})`);
  return paths.length === 0 ? '' : ` ${word} ${links.join(', ')}.`;
}

/** Paths that the page links to. */
export function linkedPaths(): string[] {
  return [
    ...targets.map(({ file }) => file),
    ...explanations.flatMap(({ shownBy }: Explanation) => shownBy),
    ...emulatorDifferences.flatMap(({ seenIn }) => seenIn),
  ];
}
