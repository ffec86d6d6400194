import { Fd, wasi } from '@bjorn3/browser_wasi_shim';

/** Most bytes that one `fd_write` takes; the guest's libc writes the rest with further calls. */
export const MAX_WRITE_BYTES = 65_536;

/** What the three standard streams have in common: character devices that cannot be positioned. */
class StreamFd extends Fd {
  readonly #rights: bigint;

  constructor(rights: number) {
    super();
    this.#rights = BigInt(rights);
  }

  override fd_fdstat_get(): { ret: number; fdstat: wasi.Fdstat } {
    const fdstat = new wasi.Fdstat(wasi.FILETYPE_CHARACTER_DEVICE, 0);
    fdstat.fs_rights_base = this.#rights;
    return { ret: wasi.ERRNO_SUCCESS, fdstat };
  }

  override fd_filestat_get(): { ret: number; filestat: wasi.Filestat } {
    const filestat = new wasi.Filestat(0n, wasi.FILETYPE_CHARACTER_DEVICE, 0n);
    return { ret: wasi.ERRNO_SUCCESS, filestat };
  }

  override fd_seek(): { ret: number; offset: bigint } {
    return { ret: wasi.ERRNO_SPIPE, offset: 0n };
  }

  override fd_tell(): { ret: number; offset: bigint } {
    return { ret: wasi.ERRNO_SPIPE, offset: 0n };
  }

  override fd_pread(): { ret: number; data: Uint8Array } {
    return { ret: wasi.ERRNO_SPIPE, data: new Uint8Array(0) };
  }

  override fd_pwrite(): { ret: number; nwritten: number } {
    return { ret: wasi.ERRNO_SPIPE, nwritten: 0 };
  }

  override fd_readdir_single(): { ret: number; dirent: null } {
    return { ret: wasi.ERRNO_NOTDIR, dirent: null };
  }

  override fd_read(): { ret: number; data: Uint8Array } {
    return { ret: wasi.ERRNO_BADF, data: new Uint8Array(0) };
  }

  override fd_write(_data: Uint8Array): { ret: number; nwritten: number } {
    return { ret: wasi.ERRNO_BADF, nwritten: 0 };
  }
}

/** Standard input: at its end from the start. */
export class EmptyInput extends StreamFd {
  constructor() {
    super(wasi.RIGHTS_FD_READ | wasi.RIGHTS_POLL_FD_READWRITE);
  }

  override fd_read(): { ret: number; data: Uint8Array } {
    return { ret: wasi.ERRNO_SUCCESS, data: new Uint8Array(0) };
  }
}

/** Standard output or error. The buffers of one guest call are put together and handed over by `flush`. */
export class OutputStream extends StreamFd {
  readonly #write: (bytes: Uint8Array) => void;
  #pieces: Uint8Array[] = [];
  #byteLength = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    super(wasi.RIGHTS_FD_WRITE | wasi.RIGHTS_POLL_FD_READWRITE);
    this.#write = write;
  }

  override fd_write(data: Uint8Array): { ret: number; nwritten: number } {
    const piece = data.subarray(0, MAX_WRITE_BYTES - this.#byteLength);
    this.#pieces.push(piece);
    this.#byteLength += piece.length;
    return { ret: wasi.ERRNO_SUCCESS, nwritten: piece.length };
  }

  flush(): void {
    if (this.#byteLength === 0) {
      return;
    }
    const whole = new Uint8Array(this.#byteLength);
    let offset = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    this.#pieces = [];
    this.#byteLength = 0;
    this.#write(whole);
  }
}
