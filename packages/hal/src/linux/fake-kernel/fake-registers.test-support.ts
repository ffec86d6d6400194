import { type MappedMemory, SysError } from '../sys.ts';
import type { FakeDevice, FakeFile } from './fake-file.test-support.ts';

interface Mapping {
  readonly buffer: ArrayBuffer;
  users: number;
}

export interface FakeRegistersOptions {
  /** What mmap(2) says to more than there is. `mapped`: nothing, and who touches it is killed by SIGBUS. Default EINVAL. */
  readonly beyond?: 'EINVAL' | 'mapped';
  /** Set for a regular file. */
  readonly regularFileBytes?: number;
}

/** A device file that can be mapped: plain memory that keeps what is written. */
export class FakeRegisters implements FakeDevice {
  readonly bytes: Uint8Array;
  readonly regularFileBytes: number | undefined;
  readonly #beyond: 'EINVAL' | 'mapped';
  readonly #mappings = new Map<string, Mapping>();

  constructor(byteLength: number, { beyond = 'EINVAL', regularFileBytes }: FakeRegistersOptions = {}) {
    this.bytes = new Uint8Array(byteLength);
    this.#beyond = beyond;
    this.regularFileBytes = regularFileBytes;
  }

  open(): FakeFile {
    return { map: (offset, byteLength) => this.#map(offset, byteLength) };
  }

  /** Mappings of the same part are one memory; after the last `unmap` its buffer has no bytes any more. */
  #map(offset: number, byteLength: number): MappedMemory {
    if (offset + byteLength > this.bytes.length) {
      if (this.#beyond === 'EINVAL') throw new SysError('EINVAL', 'mmap');
      throw new Error('the process would be killed when it touches what is mapped beyond the registers');
    }
    const key = `${offset}+${byteLength}`;
    const mapping = this.#mappings.get(key) ?? {
      buffer: this.bytes.slice(offset, offset + byteLength).buffer,
      users: 0,
    };
    mapping.users += 1;
    this.#mappings.set(key, mapping);
    return {
      buffer: mapping.buffer,
      unmap: () => {
        mapping.users -= 1;
        if (mapping.users > 0) return;
        this.bytes.set(new Uint8Array(mapping.buffer), offset);
        this.#mappings.delete(key);
        structuredClone(mapping.buffer, { transfer: [mapping.buffer] });
      },
    };
  }
}
