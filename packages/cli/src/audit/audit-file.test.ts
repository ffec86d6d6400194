import { describe, expect, it } from 'vitest';
import { AUDIT_FILE_BYTES, AUDIT_FILES, AuditFile, type AuditFileSystem } from './audit-file.ts';

/** Files in memory, on a disk that can be full. */
class FakeFiles implements AuditFileSystem {
  readonly contents = new Map<string, string>();
  openCount = 0;
  /** Bytes that the disk still takes. */
  freeBytes = Number.POSITIVE_INFINITY;
  openFault: string | undefined;
  renameFault: string | undefined;

  open(path: string) {
    if (this.openFault !== undefined) throw fault(this.openFault);
    this.openCount += 1;
    const before = this.contents.get(path) ?? '';
    this.contents.set(path, before);
    return {
      byteLength: before.length,
      endsWithLine: before === '' || before.endsWith('\n'),
      append: (bytes: Uint8Array): number => {
        const count = Math.min(bytes.length, this.freeBytes);
        if (count === 0) throw fault('ENOSPC');
        this.freeBytes -= count;
        this.contents.set(
          path,
          (this.contents.get(path) ?? '') + new TextDecoder().decode(bytes.subarray(0, count)),
        );
        return count;
      },
      close: () => {
        this.openCount -= 1;
      },
    };
  }

  rename(from: string, to: string): void {
    if (this.renameFault !== undefined) throw fault(this.renameFault);
    const content = this.contents.get(from);
    if (content === undefined) return;
    this.contents.delete(from);
    this.contents.set(to, content);
  }

  remove(path: string): void {
    this.contents.delete(path);
  }

  lines(path = 'a'): Record<string, unknown>[] {
    const content = this.contents.get(path) ?? '';
    return content
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

function fault(code: string): Error {
  return Object.assign(new Error(`${code}: at some path`), { code });
}

function logTo(files: FakeFiles): { readonly log: AuditFile; readonly told: string[] } {
  const told: string[] = [];
  const log = new AuditFile({ path: 'a', files, wallNs: () => 0n, onFault: (text) => told.push(text) });
  return { log, told };
}

const denied = (text: string) => ({ kind: 'denied', app: 'blink', text }) as const;

describe('an audit log in a file', () => {
  it('is appended to, a line for each entry, and closed', () => {
    const files = new FakeFiles();
    files.contents.set('a', '{"sequence":9}\n');
    const { log } = logTo(files);
    log.open();
    log.record(denied('one'));
    log.record(denied('two'));
    log.close();
    expect(files.lines().map(({ sequence, text }) => [sequence, text])).toEqual([
      [9, undefined],
      [1, 'one'],
      [2, 'two'],
    ]);
    expect(files.openCount).toBe(0);
  });

  it('begins a line of its own behind one that was cut off', () => {
    const files = new FakeFiles();
    files.contents.set('a', '{"sequence":9,"ki');
    const { log } = logTo(files);
    log.record(denied('one'));
    expect(files.contents.get('a')).toBe(
      '{"sequence":9,"ki\n{"time":"1970-01-01T00:00:00.000Z","sequence":1,"kind":"denied","app":"blink","text":"one"}\n',
    );
  });

  it('is put aside when it is full, and only so many are kept', () => {
    const files = new FakeFiles();
    const { log } = logTo(files);
    const text = 'x'.repeat(3000);
    const count = Math.ceil((AUDIT_FILE_BYTES / 3000) * (AUDIT_FILES + 2));
    for (let number = 0; number < count; number += 1) log.record(denied(text));
    expect([...files.contents.keys()].sort()).toEqual(['a', 'a.1', 'a.2', 'a.3', 'a.4']);
    for (const content of files.contents.values())
      expect(content.length).toBeLessThanOrEqual(AUDIT_FILE_BYTES);
    // Nothing is missing between the files that are there, and the newest entry is in the one that is written to.
    const sequences = ['a.4', 'a.3', 'a.2', 'a.1', 'a'].flatMap((path) =>
      files.lines(path).map(({ sequence }) => sequence),
    );
    expect(sequences).toEqual(
      Array.from({ length: sequences.length }, (_, index) => count - sequences.length + 1 + index),
    );
    expect(files.openCount).toBe(1);
  });

  it('tells a full disk once, counts, and says how many are missing when there is room again', () => {
    const files = new FakeFiles();
    const { log, told } = logTo(files);
    log.record(denied('one'));
    files.freeBytes = 20;
    log.record(denied('two'));
    log.record(denied('three'));
    files.freeBytes = 1000;
    log.record(denied('four'));
    expect(told).toEqual(['ENOSPC']);
    expect(log.lostCount).toBe(2);
    expect(files.lines().map(({ sequence, kind, text, count }) => [sequence, kind, text, count])).toEqual([
      [1, 'denied', 'one', undefined],
      [4, 'lost', 'ENOSPC', 2],
      [5, 'denied', 'four', undefined],
    ]);
    // The piece of the second entry has a line of its own.
    expect(files.contents.get('a')?.split('\n')).toHaveLength(5);
  });

  it('tells a disk that is read-only once, and writes when it can', () => {
    const files = new FakeFiles();
    files.openFault = 'EROFS';
    const { log, told } = logTo(files);
    log.record(denied('one'));
    log.record(denied('two'));
    files.openFault = undefined;
    log.record(denied('three'));
    expect(told).toEqual(['EROFS']);
    expect(log.lostCount).toBe(2);
    expect(files.lines().map(({ kind, text }) => [kind, text])).toEqual([
      ['lost', 'EROFS'],
      ['denied', 'three'],
    ]);
  });

  it('stays within its size when it cannot be put aside', () => {
    const files = new FakeFiles();
    files.renameFault = 'EACCES';
    const { log, told } = logTo(files);
    const text = 'x'.repeat(3000);
    for (let number = 0; number < AUDIT_FILE_BYTES / 2000; number += 1) log.record(denied(text));
    expect(files.contents.get('a')?.length).toBeLessThanOrEqual(AUDIT_FILE_BYTES);
    expect(told).toEqual(['EACCES']);
    expect(files.openCount).toBeLessThanOrEqual(1);
    log.close();
    expect(files.openCount).toBe(0);
  });
});
