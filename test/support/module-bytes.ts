import { unsigned } from './assembled.ts';

/** What a module begins with, for those that no assembler makes: magic number and version (WebAssembly core 2.0, section 5.5.16). */
export const moduleHead: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A section of that number, behind the head (section 5.5.2). */
export function moduleSection(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** A name of at most 127 bytes (section 5.2.4). */
export function moduleName(name: string): number[] {
  return [name.length, ...new TextEncoder().encode(name)];
}
