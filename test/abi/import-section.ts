/**
 * The function imports of a module, as `module.name` with the short type, e.g. `(iiI)i`. A second reader of the binary
 * format beside the runtime's own, so that one mistake in one of them shows.
 */
export function importedFunctions(module: Uint8Array): Map<string, string> {
  let at = 8;
  const types: string[] = [];
  const imports = new Map<string, string>();
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++] ?? fail();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const text = (): string => {
    const length = number();
    at += length;
    return new TextDecoder().decode(module.subarray(at - length, at));
  };
  const letters = (): string => {
    let result = '';
    for (let left = number(); left > 0; left -= 1) {
      const byte = module[at++];
      result += { 127: 'i', 126: 'I', 125: 'f', 124: 'F' }[byte ?? fail()] ?? '?';
    }
    return result;
  };
  while (at < module.length) {
    const section = module[at++];
    const end = number() + at;
    if (section === 1) {
      for (let left = number(); left > 0; left -= 1) {
        at += 1; // 0x60, a function type
        types.push(`(${letters()})${letters()}`);
      }
    } else if (section === 2) {
      for (let left = number(); left > 0; left -= 1) {
        const name = `${text()}.${text()}`;
        if (module[at++] !== 0) throw new Error(`${name} is no function`);
        imports.set(name, types[number()] ?? fail());
      }
    }
    at = end;
  }
  return imports;
}

function fail(): never {
  throw new Error('the module ends too early');
}
