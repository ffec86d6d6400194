import type { GpioLineNames } from '../contract/gpio.ts';
import { findSys } from './driver-sources.ts';
import { GpioChips } from './gpio-chips.ts';
import { nodeFiles } from './node-files.ts';

/** Lines by the names that this machine's kernel has for them. Needs no backend and takes no line. */
export const kernelLineNames: GpioLineNames = {
  gpioChipNames: () => new GpioChips(findSys().sys, nodeFiles).names(),
};
