import { findImage } from '../image/find-image.ts';

/** Builds the image once, where the cache has none, before test files that run side by side ask for it. */
export default function imageFirst(): void {
  findImage((text) => process.stderr.write(`emulated Pi: ${text}\n`));
}
