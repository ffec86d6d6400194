import { SysError, type SysFiles } from '../sys.ts';
import type { FakeDevice, FakeFile } from './fake-file.test-support.ts';

/** A file of sysfs that does something. What it lacks is EACCES. */
export interface FakeAttribute {
  readonly read?: () => string;
  readonly write?: (text: string) => void;
  readonly open?: () => FakeFile;
}

type Entry =
  | { readonly kind: 'attribute'; readonly attribute: FakeAttribute }
  | { readonly kind: 'text'; text: string }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'device'; readonly device: FakeDevice; readonly errno: string | undefined };

const MAX_LINKS = 8;

/** A tree of files: texts of sysfs, device files and links, with whole paths. */
export class FakeFiles implements SysFiles {
  readonly #entries = new Map<string, Entry>();
  readonly #check: (name: 'readText' | 'writeText' | 'realPath', path: string) => void;

  /** `check` is called before each access and may throw. */
  constructor(check: (name: 'readText' | 'writeText' | 'realPath', path: string) => void) {
    this.#check = check;
  }

  addText(path: string, text: string): void {
    this.#entries.set(path, { kind: 'text', text });
  }

  addLink(path: string, target: string): void {
    this.#entries.set(path, { kind: 'link', target });
  }

  addAttribute(path: string, attribute: FakeAttribute): void {
    this.#entries.set(path, { kind: 'attribute', attribute });
  }

  /** `errno`: what open(2) answers, e.g. `EACCES`. */
  addDevice(path: string, device: FakeDevice, errno?: string): void {
    this.#entries.set(path, { kind: 'device', device, errno });
  }

  remove(path: string): void {
    this.#entries.delete(path);
  }

  /** The device behind a path, as open(2) finds it. */
  device(path: string): FakeDevice {
    const entry = this.#entries.get(this.#resolve('open', path));
    if (entry?.kind === 'attribute') return { open: () => (entry.attribute.open ?? refuse('open', path))() };
    if (entry?.kind !== 'device') throw new SysError('ENOENT', 'open', path);
    if (entry.errno !== undefined) throw new SysError(entry.errno, 'open', path);
    return entry.device;
  }

  readText(path: string): string {
    this.#check('readText', path);
    const entry = this.#entries.get(this.#resolve('read', path));
    if (entry?.kind === 'attribute') return (entry.attribute.read ?? refuse('read', path))();
    if (entry?.kind !== 'text') throw new SysError('ENOENT', 'read', path);
    return entry.text;
  }

  /** Of a text, its characters as bytes. */
  readBytes(path: string): Uint8Array {
    return new Uint8Array(Buffer.from(this.readText(path), 'latin1'));
  }

  writeText(path: string, text: string): void {
    this.#check('writeText', path);
    const entry = this.#entries.get(this.#resolve('write', path));
    if (entry?.kind === 'attribute') {
      (entry.attribute.write ?? refuse('write', path))(text);
      return;
    }
    if (entry?.kind !== 'text') throw new SysError('ENOENT', 'write', path);
    entry.text = text;
  }

  list(folder: string): readonly string[] {
    const names = [...this.#entries.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split('/')[0] as string);
    return [...new Set(names)].toSorted();
  }

  listFolders(folder: string): readonly string[] {
    return this.list(folder).filter((name) => this.list(`${folder}/${name}`).length > 0);
  }

  realPath(path: string): string {
    this.#check('realPath', path);
    return this.#resolve('realpath', path);
  }

  exists(path: string): boolean {
    try {
      return this.#entries.has(this.#resolve('stat', path));
    } catch {
      return false;
    }
  }

  regularFileBytes(path: string): number | undefined {
    const entry = this.#entries.get(this.#resolve('stat', path));
    return entry?.kind === 'device' ? entry.device.regularFileBytes : undefined;
  }

  #resolve(call: string, path: string): string {
    let at = new URL(path, 'file:///').pathname;
    for (let count = 0; count < MAX_LINKS; count += 1) {
      const entry = this.#entries.get(at);
      if (entry === undefined) throw new SysError('ENOENT', call, path);
      if (entry.kind !== 'link') return at;
      at = entry.target;
    }
    throw new SysError('ELOOP', call, path);
  }
}

function refuse(call: string, path: string): () => never {
  return () => {
    throw new SysError('EACCES', call, path);
  };
}
