import { MessageChannel } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { serveUartPorts, type UartPortService } from './serve-uart-ports.ts';
import { SysError } from './sys.ts';
import type { UartCommand, UartSettings } from './uart-command.ts';
import { FakeSerial, FakeTerminal } from './uart-fake.test-support.ts';
import { UART_RECEIVE_BYTES } from './uart-limits.ts';
import { UartMemory } from './uart-memory.ts';

const settings = { baud: 9600, dataBits: 8, parity: 'none', stopBits: 1, flowControl: 'none' } as const;

/** UART_CAP_MINI of the kernel's 8250_port.c, a Raspberry Pi's mini UART: one stop bit, no parity. */
const mini = (control: number): number => control & ~0x4000_0340;
/** pty_set_termios of pty.c: 8 data bits, no parity. */
const pseudo = (control: number): number => (control & ~0x130) | 0x30;

class Served {
  readonly serial = new FakeSerial();
  /** Undefined: the package for system calls is missing. */
  terminal: FakeTerminal | undefined = new FakeTerminal();
  loadCount = 0;
  isMissing = false;
  readonly memory = new UartMemory();
  readonly wake = new Int32Array(new SharedArrayBuffer(8));
  readonly service: UartPortService;
  readonly #channel = new MessageChannel();

  constructor(releaseMs?: number) {
    this.service = serveUartPorts(this.#channel.port1, {
      loadBinding: () => {
        this.loadCount += 1;
        if (this.isMissing) throw new Error('not installed');
        return this.serial;
      },
      transfer: this.serial,
      loadTerminalCalls: () => this.terminal,
      ...(releaseMs === undefined ? {} : { releaseMs }),
    });
  }

  post(command: UartCommand): void {
    this.#channel.port2.postMessage(command);
  }

  /** What happens when the broker's thread ends. */
  breakOff(): void {
    this.#channel.port2.close();
  }

  async open(asked: Partial<UartSettings> = {}): Promise<void> {
    this.post({
      kind: 'open',
      key: 1,
      path: '/dev/fake',
      settings: { ...settings, ...asked },
      memory: this.memory.buffer,
      wake: this.wake.buffer as SharedArrayBuffer,
      wakeIndex: 1,
    });
    await this.until(() => this.memory.state !== 'opening');
  }

  /** Lets the event loop run until the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    for (let round = 0; round < 10_000; round += 1) {
      if (condition()) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`never: ${condition.toString()}`);
  }

  take(count: number): number[] {
    const buffer = new Uint8Array(count);
    return [...buffer.subarray(0, this.memory.received.take(buffer))];
  }
}

describe('the main thread of serial ports', () => {
  let served: Served;
  afterEach(async () => {
    await served.service.close();
  });

  it('opens a port as it was asked to, and signals the port and the broker', async () => {
    served = new Served();
    await served.open({ flowControl: 'rts-cts' });
    expect(served.memory.state).toBe('open');
    expect(served.serial.options).toEqual({
      path: '/dev/fake',
      baudRate: 9600,
      dataBits: 8,
      parity: 'none',
      stopBits: 1,
      rtscts: true,
    });
    expect([served.memory.signalCount, ...served.wake]).toEqual([1, 0, 1]);
  });

  it('loads the package before a port is opened when it is told to, and says nothing of a missing one until then', async () => {
    served = new Served();
    served.isMissing = true;
    served.service.prepare();
    expect(served.loadCount).toBe(1);
    await served.open();
    expect([served.memory.state, served.memory.text]).toEqual(['failed', 'not installed']);
  });

  it('tells the text of a failure', async () => {
    served = new Served();
    served.serial.openFailure = new Error('Error: No such file or directory, cannot open /dev/fake');
    await served.open();
    expect([served.memory.state, served.memory.text]).toEqual([
      'failed',
      'Error: No such file or directory, cannot open /dev/fake',
    ]);
  });

  it.each(['even', 'odd'] as const)('has the kernel drop characters with wrong %s parity', async (parity) => {
    served = new Served();
    const terminal = served.terminal as FakeTerminal;
    await served.open({ parity });
    expect([served.memory.state, terminal.wrongParity]).toEqual(['open', 'dropped']);
    // And what came before that.
    expect([terminal.flushCount, terminal.memoryCount]).toEqual([1, 0]);
  });

  it('keeps what came before the port was set up when no parity is asked for', async () => {
    served = new Served();
    await served.open();
    expect([served.memory.state, served.terminal?.flushCount]).toEqual(['open', 0]);
  });

  it('takes away the parity bit that is always the same, which another program left', async () => {
    served = new Served();
    const terminal = served.terminal as FakeTerminal;
    terminal.control |= 0x4000_0100;
    await served.open({ parity: 'even' });
    expect(terminal.control).toBe(0x9b0);
  });

  it.each([
    { asked: { parity: 'even' }, driver: mini, wanted: '8 data bits, even parity, 1 stop bit' },
    { asked: { stopBits: 2 }, driver: mini, wanted: '8 data bits, no parity, 2 stop bits' },
    { asked: { dataBits: 7 }, driver: pseudo, wanted: '7 data bits, no parity, 1 stop bit' },
  ] as const)(
    'refuses $asked of a port that has it not, says what that has, and closes it',
    async ({ asked, driver, wanted }) => {
      served = new Served();
      const terminal = served.terminal as FakeTerminal;
      terminal.driver = driver;
      await served.open(asked);
      expect([served.memory.state, served.memory.text]).toEqual([
        'failed',
        `the port does not take these settings: asked for 9600 baud, ${wanted}; it has 9600 baud, 8 data bits, no parity, 1 stop bit`,
      ]);
      expect([served.serial.calls, served.serial.fd]).toEqual([['open', 'flush', 'close'], null]);
      expect(terminal.memoryCount).toBe(0);
    },
  );

  it.each([
    [9600 * 1.02, 'open'],
    [9600 * 1.04, 'failed'],
    [4800, 'failed'],
  ] as const)('a port that runs at %d baud when it is asked for 9600 is %s', async (baud, state) => {
    served = new Served();
    (served.terminal as FakeTerminal).baud = baud;
    await served.open();
    expect(served.memory.state).toBe(state);
  });

  it('a port that is gone while it is set up is closed, and that is told', async () => {
    served = new Served();
    (served.terminal as FakeTerminal).failure = new SysError('EIO', 'ioctl');
    await served.open();
    expect([served.memory.state, served.memory.text, served.serial.fd]).toEqual([
      'failed',
      'ioctl: EIO',
      null,
    ]);
  });

  it('opens ports where system calls are missing, with what the package sets', async () => {
    served = new Served();
    served.terminal = undefined;
    await served.open({ parity: 'even' });
    expect([served.memory.state, served.serial.options?.parity]).toEqual(['open', 'even']);
  });

  it('counts received bytes that find no room, and goes on', async () => {
    served = new Served();
    await served.open();
    served.serial.receive(new Uint8Array(UART_RECEIVE_BYTES + 5).fill(1));
    await served.until(() => served.memory.received.lostCount === 5);
    expect(served.take(UART_RECEIVE_BYTES)).toHaveLength(UART_RECEIVE_BYTES);
    expect(served.memory.received.takeGap()).toBe(true);
    served.serial.receive(Uint8Array.of(42));
    await served.until(() => served.memory.received.count === 1);
    expect(served.take(8)).toEqual([42]);
  });

  it('with flow control leaves what finds no room to the kernel, and loses nothing', async () => {
    served = new Served();
    await served.open({ flowControl: 'rts-cts' });
    served.serial.receive(new Uint8Array(UART_RECEIVE_BYTES).fill(1));
    served.serial.receive(Uint8Array.of(2, 3));
    await served.until(() => served.memory.received.room === 0);
    expect(served.take(1)).toEqual([1]);
    if (served.memory.resume()) served.post({ kind: 'resume', key: 1 });
    await served.until(() => served.memory.received.room === 0);
    expect(served.take(UART_RECEIVE_BYTES).at(-1)).toBe(2);
    if (served.memory.resume()) served.post({ kind: 'resume', key: 1 });
    await served.until(() => served.memory.received.count === 1);
    expect([served.take(8), served.memory.received.lostCount]).toEqual([[3], 0]);
  });

  it('a read of 0 bytes is the end, told once with the bytes before it, and the descriptor is closed', async () => {
    served = new Served();
    await served.open();
    served.serial.receive(Uint8Array.of(5));
    served.serial.receive('end');
    await served.until(() => served.memory.state === 'gone');
    await served.until(() => served.serial.fd === null);
    expect([served.take(8), served.memory.text]).toEqual([[5], 'end of file']);
    expect(served.memory.goneNs).toBeGreaterThan(0n);
    expect(served.serial.calls).toEqual(['open', 'flush', 'close']);
  });

  it('a failure of the poll is the end too', async () => {
    served = new Served();
    await served.open();
    // The receiver waits for bytes by now.
    await new Promise((resolve) => setImmediate(resolve));
    served.serial.fail(new Error('bad file descriptor'));
    await served.until(() => served.memory.state === 'gone');
    expect(served.memory.text).toBe('bad file descriptor');
  });

  it('sends what waits in pieces as the kernel takes them, and drains after the last', async () => {
    served = new Served();
    await served.open();
    served.serial.writeRoom = 3;
    served.memory.transmitted.put(Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
    served.post({ kind: 'transmit', key: 1 });
    served.post({ kind: 'drain', key: 1, ticket: 9 });
    await served.until(() => served.memory.drainedTicket === 9);
    expect(served.serial.sent).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(served.memory.transmitted.count).toBe(0);
    expect(served.serial.calls).toEqual(['open', 'drain']);
  });

  it('closes a descriptor only when no read of it is under way: its number may be another file by then', async () => {
    served = new Served();
    served.serial.holdReads();
    await served.open();
    served.post({ kind: 'close', key: 1 });
    await served.until(() => served.serial.calls.includes('flush'));
    expect([served.serial.calls, served.memory.state]).toEqual([['open', 'flush'], 'open']);
    served.serial.releaseRead?.();
    await served.until(() => served.memory.state === 'closed');
    expect(served.serial.calls).toEqual(['open', 'flush', 'close']);
    expect(served.service.portCount).toBe(0);
  });

  it('a read that ends after its port was closed without it brings nothing to the next port in that memory', async () => {
    served = new Served(0);
    served.serial.holdReads();
    await served.open();
    served.post({ kind: 'close', key: 1 });
    await served.until(() => served.memory.state === 'closed');
    served.memory.reset();
    served.serial.receive(Uint8Array.of(1, 2, 3));
    served.serial.releaseRead?.();
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const { memory } = served;
    expect([memory.state, memory.received.count, memory.receivedNs]).toEqual(['opening', 0, 0n]);
  });

  it('drops what has not left when it is closed', async () => {
    served = new Served();
    await served.open();
    served.serial.writeRoom = undefined;
    served.memory.transmitted.put(Uint8Array.of(1, 2));
    served.post({ kind: 'transmit', key: 1 });
    served.post({ kind: 'close', key: 1 });
    await served.until(() => served.memory.state === 'closed');
    expect(served.serial.sent).toEqual([]);
  });

  it('a port that is closed while it is opened does not stay open', async () => {
    served = new Served();
    const opening = served.open();
    served.post({ kind: 'close', key: 1 });
    await opening;
    await served.until(() => served.memory.state === 'closed');
    expect([served.serial.fd, served.service.portCount]).toEqual([null, 0]);
  });

  it('closes everything when the broker is gone', async () => {
    served = new Served();
    await served.open();
    served.breakOff();
    await served.until(() => served.service.portCount === 0);
    expect([served.serial.fd, served.memory.state]).toEqual([null, 'closed']);
  });
});
