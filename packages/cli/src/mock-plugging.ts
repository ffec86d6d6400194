import { secondsToNs, type WorldClock } from '@kanchi/hal';
import type { HardwareTarget, MockBoard } from '@kanchi/hal/mock';
import { parseSignal, type Signal } from '@kanchi/sensor-framework/sim';

/** The quantity that every part on a bus or port has: 1 while it is plugged in, 0 while it is not. */
const PLUGGED = 'plugged';

export interface PartWorldFile {
  /** What the part itself is given. */
  readonly quantities: Readonly<Record<string, unknown>>;
  /** When it is plugged in; undefined: always. */
  readonly plugged: Signal | undefined;
}

/** Throws SENSOR_BAD_SIGNAL: it is a number or steps, since nothing is half plugged in. */
export function splitPlugging(world: Readonly<Record<string, unknown>>): PartWorldFile {
  const { [PLUGGED]: plugged, ...quantities } = world;
  if (plugged === undefined) return { quantities, plugged: undefined };
  const signal = parseSignal(plugged, PLUGGED);
  if (typeof signal === 'object' && 'from' in signal) {
    // Refused in the words of the signal itself.
    parseSignal({ steps: undefined }, PLUGGED);
  }
  return { quantities, plugged: signal };
}

/** Unplugs and plugs in as the signal says, from now on. One action waits at a time. */
export function schedulePlugging(
  hardware: MockBoard,
  clock: WorldClock,
  target: HardwareTarget,
  plugged: Signal | undefined,
): void {
  if (plugged === undefined) return;
  const steps = typeof plugged === 'object' && 'steps' in plugged ? plugged.steps : [[0, plugged] as const];
  const originNs = clock.nowNs();
  let isPlugged = true;
  const apply = (index: number): void => {
    const step = steps[index];
    if (step === undefined) return;
    clock.schedule(originNs + secondsToNs(step[0]), () => {
      const wanted = step[1] !== 0;
      if (wanted !== isPlugged) {
        isPlugged = wanted;
        if (wanted) hardware.replug(target);
        else hardware.unplug(target);
      }
      apply(index + 1);
    });
  };
  apply(0);
  // What is so from the start is so before anybody looks.
  clock.runDue();
}
