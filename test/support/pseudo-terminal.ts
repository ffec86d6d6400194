import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface PseudoTerminal {
  /** Of the end that is opened as a serial port. */
  readonly path: string;
  readonly process: ChildProcess;
}

/**
 * A pseudo terminal in a process of Python, which Node has no call for. `farEnd`: what is done with `master`, lines of Python; the
 * terminal is there until that ends or the process is killed. Undefined where there is no Python that can make one.
 */
export async function openPseudoTerminal(farEnd: string): Promise<PseudoTerminal | undefined> {
  const program = `
import os, sys, time, tty
master, slave = os.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
${farEnd}
`;
  const child = spawn('python3', ['-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const path = await new Promise<string | undefined>((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
    createInterface({ input: child.stdout }).once('line', resolve);
  });
  return path === undefined ? undefined : { path, process: child };
}
