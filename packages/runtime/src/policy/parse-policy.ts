import { describeProblem } from '../app/file-problem.ts';
import { RuntimeError } from '../error.ts';
import type { Policy } from './policy.ts';
import { policySchema } from './policy-schema.ts';

/** Checks a policy. `source` names the file in errors. Throws RuntimeError KANCHI_POLICY_INVALID. */
export function parsePolicy(json: unknown, source: string): Policy {
  const result = policySchema.safeParse(json);
  if (!result.success) {
    throw new RuntimeError(
      'KANCHI_POLICY_INVALID',
      `${source}: ${describeProblem(policySchema, result.error, json)}`,
    );
  }
  return { source, apps: result.data.apps };
}
