import { resolve } from 'node:path';
import { type Policy, parsePolicy, policyForApp, RuntimeError } from '@kanchi/runtime';
import { readJsonFile } from './input-file.ts';
import { shown } from './shown-path.ts';

/** The policy of a machine, where no other is named. Not there: apps get what their manifests ask for. */
const DEFAULT_POLICY_FILE = '/etc/kanchi/policy.json';

/** Where the policy is, or would be. */
export function policyPath(file: string | undefined): string {
  return resolve(file ?? DEFAULT_POLICY_FILE);
}

/**
 * The policy in the file, or in the default one where there is one. A policy that is there and cannot be read is an error:
 * nothing runs without it. Throws RuntimeError KANCHI_FILE_NOT_FOUND, KANCHI_JSON_INVALID, KANCHI_POLICY_INVALID.
 */
export function readPolicy(file: string | undefined): Policy | undefined {
  const path = policyPath(file);
  let json: unknown;
  try {
    json = readJsonFile(path, () => ': there is no such policy; check the path (docs/policy.md)');
  } catch (error) {
    const { code } = Object((error as Error).cause) as { readonly code?: unknown };
    const isMissing = error instanceof RuntimeError && (code === 'ENOENT' || code === 'ENOTDIR');
    if (file === undefined && isMissing) return undefined;
    throw error;
  }
  return parsePolicy(json, shown(path));
}

/** Whether an app of this name must come in a package that a trusted key signed. */
export function requiresSignature(policy: Policy | undefined, name: string): boolean {
  return policy !== undefined && policyForApp(policy, name).requireSignature;
}
