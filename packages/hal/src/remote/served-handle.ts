import type { GpioLine } from '../contract/gpio.ts';
import type { I2cBus } from '../contract/i2c.ts';
import type { MmioWindow } from '../contract/mmio.ts';
import type { PwmChannel } from '../contract/pwm.ts';
import type { SpiDevice } from '../contract/spi.ts';
import type { UartPort } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { isOfResource, type RevokedResource } from './revoked-resource.ts';

/** Handles that one client may have open at the same time. */
export const MAX_HANDLES_PER_CLIENT = 256;

/** What the broker holds for a client. */
export type ServedHandle =
  | { readonly kind: 'gpio'; readonly device: GpioLine }
  | { readonly kind: 'i2c'; readonly device: I2cBus }
  | { readonly kind: 'spi'; readonly device: SpiDevice }
  | { readonly kind: 'uart'; readonly device: UartPort }
  | { readonly kind: 'mmio'; readonly device: MmioWindow }
  | { readonly kind: 'pwm'; readonly device: PwmChannel };

/** With the request that it was opened by. */
interface OpenedHandle {
  readonly handle: ServedHandle;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The handles of one client by number. Numbers are not used again. */
export class ServedHandles {
  readonly #handles = new Map<number, OpenedHandle>();
  #last = 0;

  get count(): number {
    return this.#handles.size;
  }

  /** Throws HAL_LIMIT_REACHED when MAX_HANDLES_PER_CLIENT are open. */
  checkRoom(): void {
    if (this.#handles.size >= MAX_HANDLES_PER_CLIENT) {
      throw new HalError('HAL_LIMIT_REACHED', `one app has at most ${MAX_HANDLES_PER_CLIENT} open handles`, {
        details: { limit: 'MAX_HANDLES_PER_CLIENT', value: MAX_HANDLES_PER_CLIENT },
      });
    }
  }

  add(handle: ServedHandle, request: Readonly<Record<string, unknown>>): number {
    this.#last += 1;
    this.#handles.set(this.#last, { handle, request });
    return this.#last;
  }

  /** Throws HAL_CLOSED when there is no such handle, also for a handle of another kind. */
  get<K extends ServedHandle['kind']>(kind: K, number: number): Extract<ServedHandle, { readonly kind: K }> {
    const handle = this.#handles.get(number)?.handle;
    if (handle?.kind !== kind) {
      throw new HalError('HAL_CLOSED', `the broker has no open ${kind} handle ${number} of this app`);
    }
    return handle as Extract<ServedHandle, { readonly kind: K }>;
  }

  /** Idempotent. The handle is forgotten also when the backend's close throws. */
  close(number: number): void {
    const opened = this.#handles.get(number);
    this.#handles.delete(number);
    opened?.handle.device.close();
  }

  /** Closes all of them, also when some fail; returns the failures. */
  closeAll(): unknown[] {
    return this.#closeEach([...this.#handles.keys()]);
  }

  /** The same for those of one of these resources. */
  closeOf(resources: readonly RevokedResource[]): unknown[] {
    const numbers = [...this.#handles]
      .filter(([, { handle, request }]) =>
        resources.some((resource) => isOfResource(resource, handle.kind, request)),
      )
      .map(([number]) => number);
    return this.#closeEach(numbers);
  }

  #closeEach(numbers: readonly number[]): unknown[] {
    const faults: unknown[] = [];
    for (const number of numbers) {
      try {
        this.close(number);
      } catch (error) {
        faults.push(error);
      }
    }
    return faults;
  }
}
