import { frameworkFunctions, libcFunctions } from './env-functions.ts';
import type { FunctionModels } from './host-function.ts';
import { kanchiFunctions } from './kanchi-functions.ts';
import { wasiFunctions } from './wasi-functions.ts';

/** Every function that a guest can import, as `module.name`. */
export const hostFunctions: FunctionModels = {
  ...kanchiFunctions,
  ...frameworkFunctions,
  ...libcFunctions,
  ...wasiFunctions,
};
