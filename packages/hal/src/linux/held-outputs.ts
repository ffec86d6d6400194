import { readSync, writeSync } from 'node:fs';
import type { GpioLineRequest } from '../contract/gpio.ts';
import type { PwmChannelRequest } from '../contract/pwm.ts';
import { HalError } from '../error.ts';

/** Lines with a safe level and PWM channels that one process can hold; the header of a Raspberry Pi has 28 lines. */
export const MAX_HELD_OUTPUTS = 128;
/** An output as text. A label of a chip has 31 bytes at most (GPIO_MAX_NAME_SIZE of linux/gpio.h), and devices of PWM controllers are no longer. */
const SLOT_BYTES = 256;
const FREE_SLOT = new Uint8Array(SLOT_BYTES).fill(0x20);

/** What a guard needs to take a line over. */
export interface HeldLine extends Omit<GpioLineRequest, 'consumer' | 'direction'> {
  readonly kind: 'line';
  readonly safeLevel: 0 | 1;
}

/** What a guard needs to leave a PWM channel in its safe state. */
export interface HeldChannel extends Omit<PwmChannelRequest, 'consumer' | 'dutyNs' | 'enabled'> {
  readonly kind: 'channel';
  /** Name of the controller's device. */
  readonly chip: string;
}

export type HeldOutput = HeldLine | HeldChannel;

/** Notes outputs for a guard. */
export type OutputNotes = Pick<HeldOutputFile, 'holdLine' | 'holdChannel'>;

/**
 * The outputs that this process holds, in a file that another process has open as well: it can read them when this one was killed. Each
 * output has a place of its own that is written by one system call, so that there is no half of a change. Does not wait for
 * anybody.
 */
export class HeldOutputFile {
  readonly #fileDescriptor: number;
  readonly #used = new Set<number>();

  /**
   * The descriptor of an empty file, open for writing; its owner closes it. Takes all the room that the file will need, so that a full
   * disk is no reason later. Throws HAL_OTHER where it cannot be written.
   */
  constructor(fileDescriptor: number) {
    this.#fileDescriptor = fileDescriptor;
    this.#write(0, new Uint8Array(MAX_HELD_OUTPUTS * SLOT_BYTES).fill(0x20));
  }

  /**
   * Notes a line that is about to be requested, and returns what is to be called once it is released. Inputs and outputs without a safe
   * level are not noted. Throws HAL_LIMIT_REACHED when MAX_HELD_OUTPUTS are held, HAL_TOO_LONG, and HAL_OTHER, as what it returns
   * does, where the file cannot be written.
   */
  holdLine(request: GpioLineRequest): () => void {
    const { direction, consumer: _, safeLevel, ...line } = request;
    return direction === 'output' && safeLevel !== undefined
      ? this.#hold({ kind: 'line', ...line, safeLevel })
      : () => {};
  }

  /** The same for a PWM channel that is about to be opened: each has a safe state. */
  holdChannel(device: string, request: PwmChannelRequest): () => void {
    const { consumer: _, dutyNs: _duty, enabled: _enabled, ...channel } = request;
    return this.#hold({ kind: 'channel', ...channel, chip: device });
  }

  #hold(output: HeldOutput): () => void {
    const text = new TextEncoder().encode(JSON.stringify(output));
    if (text.length > SLOT_BYTES) {
      throw new HalError(
        'HAL_TOO_LONG',
        `an output that takes ${text.length} bytes to note cannot be guarded`,
        {
          details: { limit: 'SLOT_BYTES', value: SLOT_BYTES },
        },
      );
    }
    const slot = this.#freeSlot();
    const bytes = Uint8Array.from(FREE_SLOT);
    bytes.set(text);
    this.#write(slot, bytes);
    this.#used.add(slot);
    return () => {
      this.#write(slot, FREE_SLOT);
      this.#used.delete(slot);
    };
  }

  #freeSlot(): number {
    for (let slot = 0; slot < MAX_HELD_OUTPUTS; slot += 1) if (!this.#used.has(slot)) return slot;
    throw new HalError('HAL_LIMIT_REACHED', `${MAX_HELD_OUTPUTS} outputs with a safe state are open`, {
      details: { limit: 'MAX_HELD_OUTPUTS', value: MAX_HELD_OUTPUTS },
    });
  }

  #write(slot: number, bytes: Uint8Array): void {
    try {
      writeSync(this.#fileDescriptor, bytes, 0, bytes.length, slot * SLOT_BYTES);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new HalError('HAL_OTHER', `the file for the guard of the outputs cannot be written (${code})`, {
        cause: error,
      });
    }
  }
}

/** The outputs that the process behind such a file held when it wrote last. */
export function readHeldOutputs(fileDescriptor: number): readonly HeldOutput[] {
  const bytes = new Uint8Array(MAX_HELD_OUTPUTS * SLOT_BYTES);
  const length = readSync(fileDescriptor, bytes, 0, bytes.length, 0);
  const decoder = new TextDecoder();
  const texts = Array.from({ length: Math.floor(length / SLOT_BYTES) }, (_, slot) =>
    decoder.decode(bytes.subarray(slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES)).trim(),
  );
  return texts.filter((text) => text !== '').map((text) => JSON.parse(text) as HeldOutput);
}
