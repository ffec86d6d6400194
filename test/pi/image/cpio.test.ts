import { describe, expect, it } from 'vitest';
import { writeArchive } from './cpio.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('archive of an initramfs', () => {
  it('writes a file as header, name and content, each padded to 4 bytes, and ends with the trailer', () => {
    const bytes = writeArchive([{ kind: 'file', path: 'run', content: Buffer.from('ls -l\n'), mode: 0o644 }]);
    const file = [
      '070701', // magic
      '00000001', // inode
      '000081a4', // regular file, rw-r--r--
      '00000000', // owner
      '00000000', // group
      '00000001', // links
      '00000000', // time
      '00000006', // bytes of the content
      '00000000',
      '00000000', // device that holds it
      '00000000',
      '00000000', // device that it is
      '00000004', // bytes of the name with its zero
      '00000000', // checksum
    ].join('');
    expect(text(bytes.subarray(0, 124))).toBe(`${file}run\0\0\0ls -l\n\0\0`);
    expect(text(bytes)).toMatch(/TRAILER!!!\0+$/u);
    expect(bytes.length % 4).toBe(0);
  });

  it('adds each folder above a file once and before it', () => {
    const bytes = writeArchive([
      { kind: 'file', path: 'a/b/one', content: new Uint8Array(), mode: 0o755 },
      { kind: 'file', path: 'a/two', content: new Uint8Array(), mode: 0o755 },
    ]);
    const names = [...text(bytes).matchAll(/070701[0-9a-f]{104}([^\0]+)\0/gu)].map((match) => match[1]);
    expect(names).toEqual(['a', 'a/b', 'a/b/one', 'a/two', 'TRAILER!!!']);
    // Folder, rwxr-xr-x.
    expect(text(bytes.subarray(14, 22))).toBe('000041ed');
  });

  it('writes a link with its target and a device with its numbers', () => {
    const link = text(writeArchive([{ kind: 'link', path: 'bin', target: 'usr/bin' }]));
    expect(link.slice(14, 22)).toBe('0000a1ff');
    expect(link.slice(110, 124)).toBe('bin\0\0\0usr/bin\0');
    const device = text(writeArchive([{ kind: 'device', path: 'console', major: 5, minor: 1 }]));
    expect(device.slice(14, 22)).toBe('00002180');
    expect(device.slice(78, 94)).toBe('0000000500000001');
  });

  it('writes the same bytes for the same entries', () => {
    const entries = [{ kind: 'file', path: 'x/y', content: Buffer.from('z'), mode: 0o600 }] as const;
    expect(writeArchive(entries)).toEqual(writeArchive(entries));
  });
});
