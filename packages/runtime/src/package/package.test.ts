import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../error.ts';
import { decodePackage } from './decode-package.ts';
import { encodePackage } from './encode-package.ts';
import { MAX_PACKAGE_BYTES } from './package-format.ts';
import { readPrivateKey } from './signing-key.ts';

/** The first key of RFC 8032 section 7.1, in the wrapping of RFC 8410. */
const signer = readPrivateKey(
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n',
  'test key',
);
const PUBLIC_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const manifest = { version: '1.0.0', kanchi: 1, permissions: [], name: 'lamp' };
const manifestText = '{"kanchi":1,"name":"lamp","permissions":[],"version":"1.0.0"}';
const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Written by hand; hashes by sha256sum, the signature by openssl over the 132 bytes before it. */
const signedHeader = [
  '894b414e4348490a', // magic
  '01000000', // format
  '01000000', // Ed25519
  '02000000', // parts
  '01000000' + '3d000000' + 'b267b2c5ddbd188e38c3f487793c64f5a25d4f47179e835d493e2d77b3bf763c',
  '02000000' + '08000000' + '93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476',
  PUBLIC_KEY,
  'b3141387acd185b3e4da1ecd7d3efc82276fe7c4fcd35084ac8aa3115eac00bcad8c41c7b07aa556a97348b9d7d8da225e5a610e321b1dd42448664a06a75207',
].join('');
const parts = `${hex(new TextEncoder().encode(manifestText))}0061736d01000000`;

const signedFile = (): Uint8Array => encodePackage({ manifest, module, source: 'app.json', signer });
const unsignedFile = (): Uint8Array => encodePackage({ manifest, module, source: 'app.json' });

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Code and message of the refusal; undefined when the package is taken. */
function refusal(file: Uint8Array): string | undefined {
  try {
    decodePackage(file, 'lamp.kanchi');
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    const { code, message } = error as RuntimeError;
    expect(message).toMatch(/^lamp\.kanchi(?:,|:) /u);
    return `${code}: ${message}`;
  }
}

/** A copy with other bytes at an offset. */
function changed(file: Uint8Array, offset: number, ...bytes: readonly number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, offset);
  return copy;
}

/** A package of exactly this manifest text, with true hashes, as somebody else could make it. */
function packageOf(text: string | Uint8Array): Uint8Array {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const table = Buffer.alloc(100);
  unsignedFile()
    .subarray(0, 100)
    .forEach((byte, index) => {
      table[index] = byte;
    });
  table.writeUInt32LE(bytes.length, 24);
  createHash('sha256').update(bytes).digest().copy(table, 28);
  return new Uint8Array(Buffer.concat([table, bytes, module]));
}

describe('a package', () => {
  it('has the bytes that the specification says', () => {
    expect(hex(signedFile())).toBe(signedHeader + parts);
    expect(hex(unsignedFile())).toBe(
      `${signedHeader.slice(0, 24)}00000000${signedHeader.slice(32, 200)}${parts}`,
    );
  });

  it('is read as it was written', () => {
    expect(decodePackage(bytesOf(signedHeader + parts), 'x')).toMatchObject({
      manifest: { name: 'lamp', version: '1.0.0', permissions: [] },
      manifestText,
      module,
      signedBy: bytesOf(PUBLIC_KEY),
    });
    expect(decodePackage(unsignedFile(), 'x').signedBy).toBeUndefined();
  });

  it('is read from the middle of a larger buffer', () => {
    const large = new Uint8Array(1000);
    large.set(signedFile(), 333);
    expect(hex(decodePackage(large.subarray(333, 333 + signedFile().length), 'x').module)).toBe(
      '0061736d01000000',
    );
  });

  it('comes back whole for every manifest and module', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const any = fc.record({
      arguments: fc.array(text, { maxLength: 4 }),
      environment: fc.dictionary(
        text.filter((name) => name.length > 0 && !/[=\0]/u.test(name) && name !== '__proto__'),
        text,
        { maxKeys: 4 },
      ),
      module: fc.uint8Array({ maxLength: 100 }),
      signed: fc.boolean(),
    });
    fc.assert(
      fc.property(any, ({ arguments: words, environment, module: bytes, signed }) => {
        const input = { ...manifest, arguments: words, environment };
        const file = encodePackage({
          manifest: input,
          module: bytes,
          source: 'x',
          ...(signed ? { signer } : {}),
        });
        const content = decodePackage(file, 'x');
        expect(JSON.parse(content.manifestText)).toEqual(JSON.parse(JSON.stringify(input)));
        expect(content.manifest).toMatchObject({ arguments: words });
        expect(hex(content.module)).toBe(hex(bytes));
        expect(content.signedBy === undefined).toBe(!signed);
        const again = encodePackage({
          manifest: JSON.parse(content.manifestText),
          module: content.module,
          source: 'x',
          ...(signed ? { signer } : {}),
        });
        expect(hex(again)).toBe(hex(file));
      }),
    );
  });

  it('is refused when one bit of it is another', () => {
    for (const file of [signedFile(), unsignedFile()]) {
      for (let bit = 0; bit < file.length * 8; bit += 1) {
        const offset = bit >> 3;
        const other = changed(file, offset, (file[offset] ?? 0) ^ (1 << (bit & 7)));
        expect(refusal(other), `bit ${bit}`).toMatch(/^KANCHI_(?:PACKAGE|SIGNATURE)_INVALID: /u);
      }
    }
  });

  it('is refused when a byte of it is another, or it is cut, or something is behind it', () => {
    const file = signedFile();
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (offset, difference) => {
        const other = changed(file, offset, ((file[offset] ?? 0) + difference) & 0xff);
        expect(refusal(other)).toMatch(/^KANCHI_(?:PACKAGE|SIGNATURE)_INVALID: /u);
      }),
    );
    for (let length = 0; length < file.length; length += 1) {
      expect(refusal(file.subarray(0, length)), `${length} bytes`).toMatch(/^KANCHI_PACKAGE_INVALID: /u);
    }
    expect(refusal(new Uint8Array([...file, 0]))).toContain('1 bytes behind its end');
  });

  it('is refused for any other bytes, with one of its errors', () => {
    const head = signedFile().subarray(0, 20);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, withHead) => {
        expect(refusal(withHead ? new Uint8Array([...head, ...bytes]) : bytes)).toMatch(
          /^KANCHI_PACKAGE_INVALID: /u,
        );
      }),
    );
  });
});

describe('a package that lies', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'not a package'],
    ['a module', module, 'make one: kanchi pack'],
    ['another format', changed(signedFile(), 8, 2), 'format 2, this Kanchi reads format 1'],
    ['another kind of signature', changed(signedFile(), 12, 2), 'a signature of the kind 2'],
    ['one part', changed(signedFile(), 16, 1), '1 parts; a package has 2'],
    ['the manifest twice', changed(signedFile(), 60, 1), 'part 2 is manifest, not the module'],
    ['the module first', changed(signedFile(), 20, 2), 'part 1 is module, not the manifest'],
    ['an unknown part', changed(signedFile(), 60, 9), 'part 2 is of the unknown kind 9'],
    [
      'a manifest of 4 GiB',
      changed(signedFile(), 24, 0xff, 0xff, 0xff, 0xff),
      'manifest has 4294967295 bytes, at most 1048576',
    ],
    [
      'a module of 4 GiB',
      changed(signedFile(), 64, 0xff, 0xff, 0xff, 0xff),
      'module has 4294967295 bytes, at most 33554432',
    ],
    [
      'a module that is longer than the file',
      changed(signedFile(), 64, 9),
      'cut off: 265 bytes, and it says that it has 266',
    ],
    ['a module that is shorter', changed(signedFile(), 64, 7), '1 bytes behind its end'],
    ['another manifest', changed(unsignedFile(), 120, 0x41), 'its manifest is not the one that was packed'],
    ['another module', changed(signedFile(), 264, 1), 'its module is not the one that was packed'],
  ])('%s', (_, file, says) => {
    expect(refusal(file)).toMatch(/^KANCHI_PACKAGE_INVALID: /u);
    expect(refusal(file)).toContain(says);
  });

  it.each<[string, Uint8Array]>([
    [
      'with hashes that were made to fit',
      changed(packageWithSignatureOf(packageOf(manifestText.replace('lamp', 'damp'))), 0, 0x89),
    ],
    ['with the signature of nothing', changed(signedFile(), 132, ...new Uint8Array(64))],
    ['with a key of zeros', changed(signedFile(), 100, ...new Uint8Array(32))],
    ['with another key', changed(signedFile(), 100, 0x3d, 0x40, 0x17, 0xc3)],
  ])('%s: the signature is over other bytes', (_, file) => {
    expect(refusal(file)).toMatch(/^KANCHI_SIGNATURE_INVALID: /u);
    expect(refusal(file)).toContain('get it again from its author');
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{', 'KANCHI_PACKAGE_INVALID: lamp.kanchi: its manifest is not JSON in UTF-8'],
    [
      'no text',
      Uint8Array.of(0x22, 0xff, 0x22),
      'KANCHI_PACKAGE_INVALID: lamp.kanchi: its manifest is not JSON',
    ],
    [
      'a byte order mark',
      `\ufeff${manifestText}`,
      'KANCHI_PACKAGE_INVALID: lamp.kanchi: its manifest is not JSON',
    ],
    ['a blank', manifestText.replace(':', ': '), 'is not in the one spelling'],
    ['a line end', `${manifestText}\n`, 'is not in the one spelling'],
    [
      'a name twice, of which readers could see either',
      manifestText.replace('"name"', '"name":"good","name"'),
      'is not in the one spelling',
    ],
    ['its fields in another order', JSON.stringify(manifest), 'is not in the one spelling'],
    ['a number in another spelling', manifestText.replace('1,', '1.0,'), 'is not in the one spelling'],
    [
      'an unknown field',
      `${manifestText.slice(0, -1)},"wheels":4}`,
      'KANCHI_MANIFEST_INVALID: lamp.kanchi, its manifest: unknown field "wheels"',
    ],
    ['much nesting', '['.repeat(500_000) + ']'.repeat(500_000), 'KANCHI_MANIFEST_INVALID'],
  ])('has a manifest with %s', (_, text, says) => {
    expect(refusal(packageOf(text))).toContain(says);
  });

  it('is as long as a package may be at most', () => {
    expect(MAX_PACKAGE_BYTES).toBe(196 + 1_048_576 + 33_554_432);
    const long = new Uint8Array(34_603_205);
    long.set(signedFile());
    expect(refusal(long)).toContain('longer than 34603204 bytes');
  });
});

/** The unsigned package with the key and the signature of the signed one put in. */
function packageWithSignatureOf(file: Uint8Array): Uint8Array {
  const seal = signedFile().subarray(100, 196);
  return changed(new Uint8Array([...file.subarray(0, 100), ...seal, ...file.subarray(100)]), 12, 1);
}

describe('packing', () => {
  it('refuses a manifest that breaks a rule', () => {
    expect(() => encodePackage({ manifest: { ...manifest, wheels: 4 }, module, source: 'app.json' })).toThrow(
      expect.objectContaining({ code: 'KANCHI_MANIFEST_INVALID' }),
    );
  });

  it('refuses a manifest and a module that are too long', () => {
    const environment = Object.fromEntries(
      Array.from({ length: 256 }, (_, index) => [`N${index}`, 'x'.repeat(4096)]),
    );
    const input = { manifest: { ...manifest, environment }, module, source: 'app.json' };
    expect(() => encodePackage(input)).toThrow(
      expect.objectContaining({
        code: 'KANCHI_PACKAGE_INVALID',
        message: expect.stringContaining('a manifest of at most 1048576'),
      }),
    );
    const large = { manifest, module: new Uint8Array(33_554_433), source: 'app.json' };
    expect(() => encodePackage(large)).toThrow(
      expect.objectContaining({
        code: 'KANCHI_MODULE_TOO_LARGE',
        message: expect.stringContaining('at most 33554432 bytes'),
      }),
    );
  });

  it('sorts numbers that are names as texts, and keeps each text', () => {
    const input = { ...manifest, environment: { '9': '\u2028"', '10': 'ä', B: '\u0007', a: '' } };
    expect(decodePackage(encodePackage({ manifest: input, module, source: 'x' }), 'x').manifestText).toBe(
      '{"environment":{"10":"ä","9":"\u2028\\"","B":"\\u0007","a":""},"kanchi":1,"name":"lamp","permissions":[],"version":"1.0.0"}',
    );
  });
});
