import { describe, expect, it } from 'vitest';
import { abi } from './abi-specification.ts';

const sizeOfType: Readonly<Record<string, number>> = { u8: 1, u32: 4, i64: 8, u64: 8, f64: 8 };

/** Size and alignment of a field type such as `u32` or `u8[3]`. */
function layoutOf(type: string): { size: number; alignment: number } {
  const match = /^(?<base>[a-z]\d+)(?:\[(?<count>\d+)\])?$/u.exec(type);
  const alignment = sizeOfType[match?.groups?.['base'] ?? ''];
  if (alignment === undefined) throw new Error(`unknown field type ${type}`);
  return { size: alignment * Number(match?.groups?.['count'] ?? 1), alignment };
}

describe('the ABI specification', () => {
  it('gives each error its own negative number and name', () => {
    expect(abi.errors.every(({ number }) => Number.isInteger(number) && number < 0)).toBe(true);
    expect(new Set(abi.errors.map(({ number }) => number)).size).toBe(abi.errors.length);
    expect(new Set(abi.errors.map(({ name }) => name)).size).toBe(abi.errors.length);
  });

  it('names only errors that exist', () => {
    const known = new Set(abi.errors.map(({ name }) => name));
    const used = abi.modules.flatMap(({ functions }) => functions.flatMap(({ errors }) => errors));
    expect(used.filter((name) => !known.has(name))).toEqual([]);
    expect(used.length).toBeGreaterThan(100);
  });

  it('uses only WebAssembly types that every language has', () => {
    const functions = abi.modules.flatMap((module) => module.functions);
    const types = functions.flatMap(({ params, result }) => [...params.map(({ type }) => type), result.type]);
    expect(types.filter((type) => !['i32', 'i64', 'f64'].includes(type))).toEqual([]);
  });

  it('gives every call that waits a deadline', () => {
    const functions = abi.modules.flatMap((module) => module.functions);
    const waiting = functions.filter(({ blocks }) => blocks === 'deadline');
    expect(waiting.length).toBeGreaterThan(3);
    expect(waiting.filter(({ params }) => params.at(-1)?.name !== 'deadline_ns')).toEqual([]);
    const others = functions.filter(({ blocks }) => blocks !== 'deadline');
    expect(others.filter(({ params }) => params.some(({ name }) => name === 'deadline_ns'))).toEqual([]);
  });

  it('lays records out with natural alignment and without gaps', () => {
    for (const record of abi.records) {
      let end = 0;
      const expected = record.fields.map((field) => {
        const { size, alignment } = layoutOf(field.type);
        const offset = Math.ceil(end / alignment) * alignment;
        end = offset + size;
        return { ...field, offset };
      });
      const bytes = record.fields.reduce((sum, { type }) => sum + layoutOf(type).size, 0);
      expect(record.fields).toEqual(expected);
      expect([record.name, record.size, record.size % record.alignment]).toEqual([record.name, bytes, 0]);
    }
  });
});
