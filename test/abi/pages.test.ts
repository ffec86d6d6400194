import { describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryFiles } from '../support/repository.ts';
import { abi } from './abi-specification.ts';

/** Cells of every table row whose first cell begins with the text. */
function rows(page: string, firstCell: RegExp): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter(([first]) => first !== undefined && firstCell.test(first));
}

describe('the host API pages', () => {
  for (const module of abi.modules) {
    it(`${module.page} lists the functions of ${module.name} with types and errors`, () => {
      const listed = rows(readRepositoryFile(module.page), /^`\w+\(/u).map(([call, , result, errors]) => [
        call,
        result,
        errors,
      ]);
      const specified = module.functions.map(({ name, params, result, errors }) => [
        `\`${name}(${params.map((param) => `${param.name}: ${param.type}`).join(', ')}) -> ${result.type}\``,
        result.about,
        errors.length === 0 ? 'none' : errors.join(', '),
      ]);
      expect(listed).toEqual(specified);
    });
  }

  it('have a page for every module and no page for another', () => {
    const pages = repositoryFiles().filter((path) => /^docs\/host-api\/kanchi-.*\.md$/u.test(path));
    expect(pages.sort()).toEqual(abi.modules.map(({ page }) => page).sort());
  });

  it('give every constant its value', () => {
    const text = abi.modules.map(({ page }) => readRepositoryFile(page)).join('\n');
    const listed = rows(text, /^`[A-Z0-9]+_[A-Z0-9_]+`$/u).map(
      ([name = '', value]) => `${name.replaceAll('`', '')} ${Number(value)}`,
    );
    const specified = abi.constants.flatMap(({ values }) =>
      values.map(({ name, value }) => `${name} ${value}`),
    );
    expect(listed.sort()).toEqual(specified.sort());
  });

  it('give every field of a record its place', () => {
    const text = abi.modules.map(({ page }) => readRepositoryFile(page)).join('\n');
    const listed = rows(text, /^\d+$/u).map(([offset, type, field]) => `${offset} ${type} ${field}`);
    const specified = abi.records.flatMap(({ fields }) =>
      fields.map(({ offset, type, name }) => `${offset} ${type} \`${name}\``),
    );
    expect(listed.sort()).toEqual(specified.sort());
  });

  it('give every error its number and every limit its value', () => {
    const text = readRepositoryFile('docs/host-api/README.md');
    const errors = rows(text, /^-\d+$/u).map(([number, name]) => [Number(number), name]);
    expect(errors).toEqual(abi.errors.map(({ number, name }) => [number, name]));
    const limits = rows(text, /^`[A-Z_]+`$/u).map(([name, value]) => [
      name?.replaceAll('`', ''),
      Number(value),
    ]);
    expect(limits).toEqual(abi.limits.map(({ name, value }) => [name, value]));
  });
});
