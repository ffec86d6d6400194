import type { LibcFunctions } from './libc-context.ts';

const CASE_DISTANCE = 0x20;

const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a;
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isAlpha = (code: number): boolean => isUpper(code) || isLower(code);
const isHex = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

/** <ctype.h> in the C locale; true is exactly 1. Any i32 may be asked for. */
export const characterFunctions: LibcFunctions = {
  isupper: test(isUpper),
  isalpha: test(isAlpha),
  isspace: test((code) => code === 0x20 || (code >= 0x09 && code <= 0x0d)),
  isgraph: test((code) => code >= 0x21 && code <= 0x7e),
  isprint: test((code) => code >= 0x20 && code <= 0x7e),
  isdigit: test(isDigit),
  isxdigit: test(isHex),
  isalnum: test((code) => isAlpha(code) || isDigit(code)),
  tolower: (code: number): number => (isUpper(code) ? code + CASE_DISTANCE : code),
  toupper: (code: number): number => (isLower(code) ? code - CASE_DISTANCE : code),
};

function test(holds: (code: number) => boolean): (code: number) => number {
  return (code) => (holds(code) ? 1 : 0);
}
