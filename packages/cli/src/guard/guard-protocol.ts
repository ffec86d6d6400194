/** Descriptor of the file with the held outputs, in the guard. */
export const HELD_OUTPUTS_DESCRIPTOR = 3;
/** What the guard prints once it can do its work. */
export const READY = 'ready\n';

const CONSUMER = /^kanchi-guard (?<pid>\d+)$/u;

/** What the kernel names as the owner of a line that a guard holds (31 bytes at most). */
export function guardConsumer(pid: number): string {
  return `kanchi-guard ${pid}`;
}

/** The process of the guard that is this owner. */
export function guardPid(consumer: string): number | undefined {
  const pid = CONSUMER.exec(consumer)?.groups?.['pid'];
  return pid === undefined ? undefined : Number(pid);
}
