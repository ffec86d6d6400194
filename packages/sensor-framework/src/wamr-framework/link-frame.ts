import { MAX_FRAME_BYTES } from './limits.ts';

/** Types of frames on the host link (WAMR host_link.h). */
export const linkType = { request: 2, response: 3, installWasmApp: 4 } as const;

export interface LinkFrame {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** Every frame begins with these two bytes, then u16 type and u32 payload bytes, big-endian. */
const LEADING = [0x12, 0x34] as const;
const HEAD_BYTES = 8;

export function encodeFrame({ type, payload }: LinkFrame): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + payload.length);
  bytes.set(LEADING);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, type);
  view.setUint32(4, payload.length);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/**
 * Cuts a stream of bytes into frames. Bytes that begin no frame are skipped and counted. A frame that says it is larger
 * than MAX_FRAME_BYTES is not waited for: its head is skipped. Holds at most one frame.
 */
export class LinkFrameDecoder {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #skippedCount = 0;

  /** Bytes that belonged to no frame. */
  get skippedCount(): number {
    return this.#skippedCount;
  }

  push(bytes: Uint8Array): LinkFrame[] {
    this.#chunks.push(bytes.slice());
    this.#size += bytes.length;
    const frames: LinkFrame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): LinkFrame | undefined {
    for (;;) {
      this.#synchronise();
      if (this.#size < HEAD_BYTES) return undefined;
      const head = this.#peek(HEAD_BYTES);
      const view = new DataView(head.buffer, head.byteOffset, HEAD_BYTES);
      const length = view.getUint32(4);
      if (length <= MAX_FRAME_BYTES) {
        if (this.#size < HEAD_BYTES + length) return undefined;
        const type = view.getUint16(2);
        this.#take(HEAD_BYTES);
        return { type, payload: this.#take(length) };
      }
      this.#take(LEADING.length);
      this.#skippedCount += LEADING.length;
    }
  }

  /** Drops bytes up to the next beginning of a frame. */
  #synchronise(): void {
    while (this.#size > 0) {
      const [first, second] = this.#peek(Math.min(this.#size, LEADING.length));
      if (first === LEADING[0] && (second === LEADING[1] || this.#size === 1)) return;
      this.#take(1);
      this.#skippedCount += 1;
    }
  }

  /** The first bytes as one piece, left in place. */
  #peek(count: number): Uint8Array {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= count) return first;
    const joined = new Uint8Array(this.#size);
    let offset = 0;
    for (const chunk of this.#chunks) {
      joined.set(chunk, offset);
      offset += chunk.length;
    }
    this.#chunks = [joined];
    return joined;
  }

  #take(count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    const whole = this.#peek(count);
    const taken = whole.slice(0, count);
    this.#chunks[0] = whole.subarray(count);
    if (whole.length === count) this.#chunks.shift();
    this.#size -= count;
    return taken;
  }
}
