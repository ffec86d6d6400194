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

/** Room that an idle decoder keeps. */
const MIN_ROOM_BYTES = 4096;

/**
 * Cuts a stream of bytes into frames. Bytes that begin no frame are skipped and counted. A frame that says it is larger
 * than MAX_FRAME_BYTES is not waited for: its head is skipped. Holds at most one frame and what came with its end.
 */
export class LinkFrameDecoder {
  #buffer = new Uint8Array(MIN_ROOM_BYTES);
  #start = 0;
  #end = 0;
  #skippedCount = 0;

  /** Bytes that belonged to no frame. */
  get skippedCount(): number {
    return this.#skippedCount;
  }

  /** `bytes` are copied. */
  push(bytes: Uint8Array): LinkFrame[] {
    this.#append(bytes);
    const frames: LinkFrame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    if (this.#start === this.#end && this.#buffer.length > MIN_ROOM_BYTES) {
      this.#buffer = new Uint8Array(MIN_ROOM_BYTES);
      this.#start = 0;
      this.#end = 0;
    }
    return frames;
  }

  #next(): LinkFrame | undefined {
    for (;;) {
      this.#synchronise();
      if (this.#end - this.#start < HEAD_BYTES) return undefined;
      const view = new DataView(this.#buffer.buffer, this.#start, HEAD_BYTES);
      const length = view.getUint32(4);
      if (length > MAX_FRAME_BYTES) {
        this.#start += LEADING.length;
        this.#skippedCount += LEADING.length;
        continue;
      }
      const end = this.#start + HEAD_BYTES + length;
      if (this.#end < end) return undefined;
      const frame = { type: view.getUint16(2), payload: this.#buffer.slice(this.#start + HEAD_BYTES, end) };
      this.#start = end;
      return frame;
    }
  }

  /** Goes to the next beginning of a frame. */
  #synchronise(): void {
    while (this.#start < this.#end) {
      const isFirst = this.#buffer[this.#start] === LEADING[0];
      const hasSecond = this.#end - this.#start > 1;
      if (isFirst && (!hasSecond || this.#buffer[this.#start + 1] === LEADING[1])) return;
      this.#start += 1;
      this.#skippedCount += 1;
    }
  }

  /** Moves what waits to the front, and doubles the room when that is not enough. */
  #append(bytes: Uint8Array): void {
    const waiting = this.#end - this.#start;
    if (this.#end + bytes.length > this.#buffer.length) {
      let room = this.#buffer.length;
      while (room < waiting + bytes.length) room *= 2;
      const target = room === this.#buffer.length ? this.#buffer : new Uint8Array(room);
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#start = 0;
      this.#end = waiting;
    }
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }
}
