import { DEVICE_TREE, type DeviceTreeFiles, DeviceTreeNode, walkDeviceTree } from './device-tree.ts';

/** The device that a line of the header's chip belongs to. */
export interface MuxedLine {
  /** Its node in the device tree, e.g. `/soc/serial@7e215040`. */
  readonly path: string;
  /** The node's own name, e.g. `serial@7e215040`. */
  readonly name: string;
  /** What the tree calls it, e.g. `serial1`; undefined when it has no such name. */
  readonly alias: string | undefined;
}

/** Pin controllers with the lines of the header (drivers/pinctrl/bcm/pinctrl-bcm2835.c, drivers/pinctrl/pinctrl-rp1.c). */
const headerControllers = [
  'brcm,bcm2835-gpio',
  'brcm,bcm2711-gpio',
  'brcm,bcm7211-gpio',
  'raspberrypi,rp1-gpio',
];

/**
 * Which lines of the header's chip belong to a device that is enabled, by the device tree: the pins of its first state
 * (`pinctrl-0`), which the kernel gives their function when its driver starts. Empty without a device tree, and where
 * no chip is a Raspberry Pi's header. Reads some hundred files.
 */
export function muxedLines(files: DeviceTreeFiles): ReadonlyMap<number, MuxedLine> {
  let controller: string | undefined;
  const pinNodes = new Map<number, DeviceTreeNode>();
  const users: DeviceTreeNode[] = [];
  walkDeviceTree(files, (node) => {
    const { path, propertyNames } = node;
    if (!node.isEnabled) return false;
    if (
      controller === undefined &&
      node.texts('compatible').some((each) => headerControllers.includes(each))
    ) {
      controller = path;
    } else if (controller !== undefined && path.startsWith(`${controller}/`)) {
      for (const phandle of node.cells('phandle')) pinNodes.set(phandle, node);
    } else if (propertyNames.has('pinctrl-0')) {
      // Not the controller itself: what it sets up at the start of the kernel belongs to nobody.
      users.push(node);
    }
    return true;
  });
  const lines = new Map<number, MuxedLine>();
  if (controller === undefined) return lines;
  const aliases = aliasesOf(files);
  for (const user of users) {
    const device = { path: user.path, name: user.name, alias: aliases.get(user.path) };
    for (const phandle of user.cells('pinctrl-0')) {
      const pins = pinNodes.get(phandle);
      if (pins === undefined) continue;
      for (const line of linesOf(files, pins)) {
        if (!lines.has(line)) lines.set(line, device);
      }
    }
  }
  return lines;
}

/** Lines of a group of pins, and of the groups in it. */
function linesOf(files: DeviceTreeFiles, pins: DeviceTreeNode): number[] {
  const own = [
    // Documentation/devicetree/bindings/pinctrl/brcm,bcm2835-gpio.txt
    ...pins.cells('brcm,pins'),
    // Documentation/devicetree/bindings/pinctrl/raspberrypi,rp1-gpio.yaml
    ...pins.texts('pins').flatMap((name) => {
      const [, line] = /^gpio(\d{1,2})$/u.exec(name) ?? [];
      return line === undefined ? [] : [Number(line)];
    }),
  ];
  const inner = files
    .listFolders(`${DEVICE_TREE}${pins.path}`)
    .flatMap((name) => linesOf(files, new DeviceTreeNode(files, `${pins.path}/${name}`)));
  return [...own, ...inner];
}

/** The first name of each path, by the node `/aliases`. */
function aliasesOf(files: DeviceTreeFiles): ReadonlyMap<string, string> {
  const node = new DeviceTreeNode(files, '/aliases');
  const names = new Map<string, string>();
  for (const name of node.propertyNames) {
    const [path] = node.texts(name);
    if (path !== undefined && !names.has(path)) names.set(path, name);
  }
  return names;
}
