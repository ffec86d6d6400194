import { HEADER_LINE_COUNT } from './header-pins.ts';

/**
 * What the Raspberry Pi's own kernel calls the lines 0 to 27 of the header's chip (`gpio-line-names` in its device trees of the Pi 3,
 * Zero 2 W and 4; those of the Pi 5 differ in ID_SDAI and ID_SCLI). A mainline kernel gives lines with a bus on them the names of the
 * bus: SDA1 is GPIO2.
 */
export const headerLineNames: readonly string[] = [
  'ID_SDA',
  'ID_SCL',
  ...Array.from({ length: HEADER_LINE_COUNT - 2 }, (_, index) => `GPIO${index + 2}`),
];
