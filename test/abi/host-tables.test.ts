import { errorNumber, kanchiHostApis } from '@kanchi/runtime';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { describe, expect, it } from 'vitest';
import { abi, allSignatures } from './abi-specification.ts';

/** The tables only: nothing is connected. */
const everyHostApi = [
  ...kanchiHostApis,
  createSensorApi(() => {
    throw new Error('no app');
  }),
];

describe('the host', () => {
  it('provides every function of the specification with its WebAssembly type, and no other', () => {
    const provided = everyHostApi.flatMap(({ module, signatures }) =>
      Object.entries(signatures).map(([name, signature]) => [`${module}.${name}`, signature] as const),
    );
    expect(new Map(provided)).toEqual(allSignatures());
    expect(provided.length).toBe(allSignatures().size);
  });

  it('gives every error the number of the specification', () => {
    expect(errorNumber).toEqual(Object.fromEntries(abi.errors.map(({ name, number }) => [name, number])));
  });
});
