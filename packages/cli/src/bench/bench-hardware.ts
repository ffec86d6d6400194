import type { Hal, WorldClock } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { RealTimeClock } from '@kanchi/hal/mock';
import type { Board } from '@kanchi/runtime';
import type { BackendName } from '../backend.ts';
import type { ConsoleIo } from '../console-io.ts';
import { createMockHardware } from '../mock-hardware.ts';

/** A backend and the clock that delivers its edges. */
export interface BenchBackend {
  readonly hal: Hal;
  readonly clock: WorldClock;
}

export type CreateBenchBackend = (backend: BackendName, board: Board) => BenchBackend;

/** In the thread of the command. Opens nothing yet. */
export const createBenchBackend: CreateBenchBackend = (backend, board) => {
  if (backend === 'linux') return createLinuxBackend();
  const clock = new RealTimeClock();
  return { hal: createMockHardware(board, clock), clock };
};

/** The hardware of the command itself, made when it is first used: what is refused before has touched nothing. */
export class BenchHardware {
  readonly #create: () => BenchBackend;
  readonly #io: ConsoleIo;
  #made: BenchBackend | undefined;

  constructor(create: () => BenchBackend, io: ConsoleIo) {
    this.#create = create;
    this.#io = io;
  }

  get hal(): Hal {
    return this.#use().hal;
  }

  get clock(): WorldClock {
    return this.#use().clock;
  }

  /** A field for what is told in JSON. */
  get mark(): { readonly simulated?: true } {
    return this.hal.info().simulated ? { simulated: true } : {};
  }

  /** Closes what is open; outputs are driven to their safe levels. Idempotent. */
  close(): void {
    this.#made?.hal.close();
  }

  #use(): BenchBackend {
    if (this.#made === undefined) {
      this.#made = this.#create();
      if (this.#made.hal.info().simulated) this.#io.error('kanchi: mock hardware (simulated readings)\n');
    }
    return this.#made;
  }
}
