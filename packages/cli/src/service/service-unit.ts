import type { Board, Grants, Manifest } from '@kanchi/runtime';
import { deviceNodes, REGISTER_GROUP } from './device-nodes.ts';
import { quotedArgument, quotedPath } from './unit-text.ts';

export interface ServiceUnitOptions {
  readonly manifest: Manifest;
  readonly board: Board;
  readonly grants: Grants;
  /** Program and arguments, all paths absolute. */
  readonly command: readonly string[];
  /** Who runs it. */
  readonly user: string;
  /** Folders that the command writes to. */
  readonly writablePaths: readonly string[];
}

/** What the process needs besides the app's own memory: V8, the threads and the sensors, measured 90 to 130 MiB. */
const BASE_MEMORY_MIB = 256;
const PAGES_PER_MIB = 16;
const HOME_FOLDERS = ['/home/', '/root/', '/run/user/'];

/**
 * A systemd unit that may do what the app's permissions need and nothing else (systemd.exec(5), systemd.resource-control(5)): a
 * user of its own, the device nodes behind the granted labels and behind the board's sensors, no network unless a connection
 * is granted. `MemoryDenyWriteExecute` is not there: the engine compiles the app while it runs.
 */
export function serviceUnit(options: ServiceUnitOptions): string {
  const { manifest, board, grants, command, user, writablePaths } = options;
  const { paths, groups, capabilities, needsRule, writesSysfs } = deviceNodes(board, grants);
  const hasNetwork = (grants.connection?.targets.length ?? 0) > 0;
  const isBelowHome = command.some((part) => HOME_FOLDERS.some((folder) => part.startsWith(folder)));
  const memoryMib = BASE_MEMORY_MIB + Math.ceil(manifest.limits.memoryPages / PAGES_PER_MIB);
  const lines = [
    ...needsRule.flatMap(ruleComment),
    '[Unit]',
    `Description=Kanchi app ${manifest.name}`,
    ...(hasNetwork ? ['After=network-online.target', 'Wants=network-online.target'] : []),
    // With RestartSec, five failures in a row end it.
    'StartLimitIntervalSec=60',
    'StartLimitBurst=5',
    '',
    '[Service]',
    // systemd replaces no variables in the program's own path.
    `ExecStart=${command.map((part, at) => (at === 0 ? quotedPath(part) : quotedArgument(part))).join(' ')}`,
    'Restart=on-failure',
    'RestartSec=5',
    `User=${user}`,
    ...(groups.length === 0 ? [] : [`SupplementaryGroups=${groups.join(' ')}`]),
    'UMask=0077',
    'NoNewPrivileges=yes',
    `CapabilityBoundingSet=${capabilities.join(' ')}`,
    `AmbientCapabilities=${capabilities.join(' ')}`,
    'DevicePolicy=closed',
    ...paths.map((path) => `DeviceAllow=${quotedPath(path)} rw`),
    'ProtectSystem=strict',
    `ProtectHome=${isBelowHome ? 'read-only' : 'yes'}`,
    ...writablePaths.map((path) => `ReadWritePaths=${quotedPath(path)}`),
    'PrivateTmp=yes',
    'ProtectClock=yes',
    'ProtectControlGroups=yes',
    'ProtectHostname=yes',
    'ProtectKernelLogs=yes',
    'ProtectKernelModules=yes',
    // Makes /sys read-only.
    `ProtectKernelTunables=${writesSysfs ? 'no' : 'yes'}`,
    'LockPersonality=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'SystemCallArchitectures=native',
    `RestrictAddressFamilies=AF_UNIX${hasNetwork ? ' AF_INET AF_INET6' : ''}`,
    `MemoryMax=${memoryMib}M`,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
  ];
  return `${lines.join('\n')}\n`;
}

/** What to do once, before the unit is started: a unit itself cannot change whose a device file is, but for CAP_DAC_OVERRIDE, which is far more. */
function ruleComment(name: string): readonly string[] {
  const rule = `KERNEL=="${name}", GROUP="${REGISTER_GROUP}", MODE="0660"`;
  return [
    `# /dev/${name} can be written by root only, and the app's registers are opened to write. Once, before this unit is started:`,
    `#   echo '${rule}' | sudo tee /etc/udev/rules.d/60-kanchi-${name}.rules`,
    `#   sudo udevadm control --reload && sudo udevadm trigger --name-match=${name}`,
  ];
}
