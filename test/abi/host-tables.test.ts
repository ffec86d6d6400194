import { errorNumber, kanchiHostApis } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import { abi, allSignatures } from './abi-specification.ts';

describe('the host', () => {
  it('provides every function of the specification with its WebAssembly type, and no other', () => {
    const provided = kanchiHostApis.flatMap(({ module, signatures }) =>
      Object.entries(signatures).map(([name, signature]) => [`${module}.${name}`, signature] as const),
    );
    expect(new Map(provided)).toEqual(allSignatures());
    expect(provided.length).toBe(allSignatures().size);
  });

  it('gives every error the number of the specification', () => {
    expect(errorNumber).toEqual(Object.fromEntries(abi.errors.map(({ name, number }) => [name, number])));
  });
});
