import type { HalError } from '../error.ts';
import type { Sys } from './sys.ts';

/** Stands for the system calls of a machine where none can be made: every one throws `reason`. */
export function refusingSys(reason: HalError): Sys {
  const refuse = (): never => {
    throw reason;
  };
  return {
    pointerBytes: 8,
    pageBytes: 4096,
    open: refuse,
    close: refuse,
    ioctl: refuse,
    ioctlLater: refuse,
    read: refuse,
    write: refuse,
    eventDescriptor: refuse,
    poll: refuse,
    map: refuse,
    lock: refuse,
    sleep: refuse,
    allocate: refuse,
    free: refuse,
  };
}
