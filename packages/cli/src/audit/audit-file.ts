import { type AuditEntry, type AuditSink, auditLine } from '@kanchi/runtime';

/** Size at which a file is put aside and a new one begun, bytes. */
export const AUDIT_FILE_BYTES = 1024 * 1024;
/** Files that are kept, the one that is written to with them: `audit.jsonl`, `audit.jsonl.1` (newest) and so on. */
export const AUDIT_FILES = 5;

/** What the audit file needs of a file system; every call blocks and throws with an errno. */
export interface AuditFileSystem {
  /** Opens for appending, makes the file where it is missing. */
  open(path: string): OpenAuditFile;
  /** Puts a file in the place of another; one that is missing is no error. */
  rename(from: string, to: string): void;
  remove(path: string): void;
}

export interface OpenAuditFile {
  /** Bytes that it has; undefined for what is no file and never grows too large, such as a pipe. */
  readonly byteLength: number | undefined;
  /** False after a writer that was cut off within a line. */
  readonly endsWithLine: boolean;
  /** Bytes that were written, which may be fewer. */
  append(bytes: Uint8Array): number;
  close(): void;
}

export interface AuditFileOptions {
  readonly path: string;
  readonly files: AuditFileSystem;
  readonly wallNs: () => bigint;
  /** Told the first time that an entry cannot be written. */
  readonly onFault: (text: string) => void;
}

const encoder = new TextEncoder();

/**
 * An audit log in a file. A line is written whole before `record` returns, so that it is there when the process is killed.
 * What cannot be written is told once, counted, and noted in the log as soon as that is possible again; the next entry
 * tries anew. Nothing is ever thrown.
 */
export class AuditFile implements AuditSink {
  readonly #options: AuditFileOptions;
  #file: OpenAuditFile | undefined;
  #byteLength: number | undefined;
  /** The last line has no end. */
  #isTorn = false;
  #sequence = 0;
  #lostCount = 0;
  #lostReason = '';
  #totalLost = 0;
  #told = false;

  constructor(options: AuditFileOptions) {
    this.#options = options;
  }

  /** Entries that could not be written. */
  get lostCount(): number {
    return this.#totalLost;
  }

  /** Throws what opening threw. Without this the first entry opens the file, and what goes wrong is counted. */
  open(): void {
    const file = this.#options.files.open(this.#options.path);
    this.#file = file;
    this.#byteLength = file.byteLength;
    this.#isTorn = !file.endsWithLine;
  }

  record(entry: AuditEntry): void {
    this.#sequence += 1;
    try {
      if (this.#lostCount > 0) {
        const count = this.#lostCount;
        this.#append({ kind: 'lost', count, text: this.#lostReason }, this.#sequence);
        this.#lostCount = 0;
        this.#sequence += 1;
      }
      this.#append(entry, this.#sequence);
    } catch (error) {
      this.#lose(error);
    }
  }

  close(): void {
    try {
      this.#file?.close();
    } catch (error) {
      this.#tell(reasonOf(error));
    }
    this.#file = undefined;
  }

  #append(entry: AuditEntry, sequence: number): void {
    const line = encoder.encode(auditLine(entry, sequence, this.#options.wallNs()));
    if (this.#file === undefined) this.open();
    if (
      this.#byteLength !== undefined &&
      this.#byteLength > 0 &&
      this.#byteLength + line.length > AUDIT_FILE_BYTES
    ) {
      this.#rotate();
    }
    if (this.#isTorn) {
      this.#write(encoder.encode('\n'));
      this.#isTorn = false;
    }
    this.#write(line);
  }

  #write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; ) {
      const count = this.#file?.append(bytes.subarray(written)) ?? 0;
      if (count === 0) throw new Error('nothing was written');
      written += count;
      this.#isTorn = written < bytes.length;
      if (this.#byteLength !== undefined) this.#byteLength += count;
    }
  }

  /** The oldest goes, the others move on by one. */
  #rotate(): void {
    const { files, path } = this.#options;
    this.#file?.close();
    this.#file = undefined;
    const nameOf = (number: number): string => (number === 0 ? path : `${path}.${number}`);
    files.remove(nameOf(AUDIT_FILES - 1));
    for (let number = AUDIT_FILES - 2; number >= 0; number -= 1) {
      files.rename(nameOf(number), nameOf(number + 1));
    }
    this.open();
  }

  #lose(error: unknown): void {
    this.#lostCount += 1;
    this.#totalLost += 1;
    this.#lostReason = reasonOf(error);
    this.#tell(this.#lostReason);
  }

  #tell(reason: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#options.onFault(reason);
  }
}

/** The errno where there is one: the message has the path, which the reader knows. */
export function reasonOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}
