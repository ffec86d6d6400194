import { checkFile } from '../app/file-problem.ts';
import type { Policy } from './policy.ts';
import { policySchema } from './policy-schema.ts';

/** Checks a policy. `source` names the file in errors. Throws RuntimeError KANCHI_POLICY_INVALID. */
export function parsePolicy(json: unknown, source: string): Policy {
  const { apps } = checkFile(policySchema, json, source, 'KANCHI_POLICY_INVALID');
  return { source, apps };
}
