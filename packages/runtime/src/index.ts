export type { AbiGuest, GuestAbi, GuestAbiRun, GuestHeap } from './abi/guest-abi.ts';
export type { ImportTable } from './abi/link-imports.ts';
export { type AppEvent, AppEvents, eventKind } from './app/app-events.ts';
export type { AppExit, AppExitReason } from './app/app-exit.ts';
export type { AppHost, AppPackage } from './app/app-host.ts';
export { type AppOutput, type LogEntry, type LogLevel, raiseLogAdvice } from './app/app-log.ts';
export type {
  Board,
  BoardI2cBus,
  BoardI2cDevice,
  BoardLine,
  BoardMmioWindow,
  BoardSensor,
  BoardSpiDevice,
  BoardUartPort,
  CalibrationStep,
} from './app/board.ts';
export { parseBoard } from './app/board.ts';
export { AppCounters, type CounterName, counterNames } from './app/counters.ts';
export {
  type LimitName,
  type LimitRule,
  type Limits,
  limitNames,
  limitRule,
  limitTable,
  type MetLimit,
  metLimits,
  raiseAdvice,
} from './app/limits.ts';
export { type Manifest, parseManifest } from './app/manifest.ts';
export {
  endsText,
  KEPT_ENDS,
  type RestartDecision,
  type RestartMode,
  type RestartOptions,
  RestartPolicy,
  type RunEnd,
  restartModes,
  restartSchema,
} from './app/restart-policy.ts';
export { runApp, runAppInSteps } from './app/run-app.ts';
export { type AuditEntry, type AuditKind, type AuditSink, noAudit } from './audit/audit-entry.ts';
export { auditLine } from './audit/audit-line.ts';
export { auditedListener, recordEnd, recordFailure, recordStart } from './audit/audit-run.ts';
export { RuntimeError, type RuntimeErrorCode, runtimeErrorTable } from './error.ts';
export { type ErrorName, type ErrorNumber, errorNameOfHalCode, errorNumber } from './guest/error-number.ts';
export { checkModuleBytes, type LimitAdvice, type LoadedModule, loadModule } from './guest/load-module.ts';
export type { AppContext } from './host-api/app-context.ts';
export type { HostApi, HostFunction } from './host-api/host-api.ts';
export { kanchiHostApis } from './host-api/registry.ts';
export type { AppExecution, AppExecutor, AppListener, Narrowed } from './isolation/execution.ts';
export { InlineExecutor, type InlineExecutorOptions } from './isolation/inline-executor.ts';
export { type RestartingOptions, startRestarting } from './isolation/restarting-execution.ts';
export { WorkerExecutor } from './isolation/worker-executor.ts';
export {
  type BusBroker,
  DETACH_UNDER_WAY,
  type HardwareBroker,
  type SupervisorService,
  type WorkerExecutorOptions,
} from './isolation/worker-options.ts';
export { compareVersions } from './package/compare-versions.ts';
export { decodePackage, type PackageContent } from './package/decode-package.ts';
export { encodePackage, type PackageInput } from './package/encode-package.ts';
export { isPackage, MAX_PACKAGE_BYTES, PACKAGE_MAGIC } from './package/package-format.ts';
export {
  createKeyPair,
  keyFingerprint,
  MAX_KEY_FILE_BYTES,
  type PackageSigner,
  publicKeyText,
  readPrivateKey,
  readPublicKey,
} from './package/signing-key.ts';
export {
  MAX_TRUSTED_KEYS,
  requireTrustedKey,
  signerText,
  type TrustedKey,
  trustedKey,
} from './package/trusted-keys.ts';
export { buildGrants } from './permission/build-grants.ts';
export { checkPermissions, type PermissionFinding } from './permission/check-permissions.ts';
export {
  diffPermissions,
  permissionDifferencesText,
} from './permission/diff-permissions.ts';
export type { PermissionEntry, PermissionInput } from './permission/entry-schema.ts';
export { explainPermission, type PermissionExplanation } from './permission/explain-permission.ts';
export type { Grants, PermissionKind } from './permission/grant.ts';
export { learnPermissions, type PermissionLearning } from './permission/learn-permissions.ts';
export type { PermissionDifference } from './permission/permission-difference.ts';
export { AppPermissions, type Narrowing } from './policy/app-permissions.ts';
export { effectiveGrants } from './policy/effective-grants.ts';
export { capLimits, limitAdvice } from './policy/limit-caps.ts';
export { parsePolicy } from './policy/parse-policy.ts';
export { type AppPolicy, type Policy, policyForApp } from './policy/policy.ts';
