import { MAX_DEVICE_TREE_DEPTH, MAX_DEVICE_TREE_NODES } from './limits.ts';
import { SysError, type SysFiles } from './sys.ts';

/** Where the kernel shows the device tree that it was started with and all overlays; anybody may read it. */
export const DEVICE_TREE = '/proc/device-tree';

export type DeviceTreeFiles = Pick<SysFiles, 'list' | 'listFolders' | 'readBytes'>;

/** A node of the device tree: a folder whose files are its properties. */
export class DeviceTreeNode {
  /** As in the tree, e.g. `/soc/serial@7e215040`; empty for the root. */
  readonly path: string;
  readonly #files: DeviceTreeFiles;
  readonly #properties: ReadonlySet<string>;

  constructor(files: DeviceTreeFiles, path: string) {
    this.path = path;
    this.#files = files;
    this.#properties = new Set(files.list(`${DEVICE_TREE}${path}`));
  }

  /** The last part of the path, e.g. `serial@7e215040`. */
  get name(): string {
    return this.path.slice(this.path.lastIndexOf('/') + 1);
  }

  /** Whether the node itself is in use: `status` is "okay" or left out (Devicetree Specification 0.4, section 2.3.4). */
  get isEnabled(): boolean {
    const [status] = this.texts('status');
    return status === undefined || status === '' || status === 'okay' || status === 'ok';
  }

  /** Names of the properties and of the nodes in this one. */
  get propertyNames(): ReadonlySet<string> {
    return this.#properties;
  }

  /** A list of cells: unsigned 32-bit, big-endian (section 2.2.4). Empty without the property. */
  cells(property: string): readonly number[] {
    const bytes = this.#bytes(property);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getUint32(4 * index));
  }

  /** A list of texts, each with a zero byte at its end. Empty without the property. */
  texts(property: string): readonly string[] {
    const text = new TextDecoder().decode(this.#bytes(property));
    return text === '' ? [] : text.replace(/\0$/u, '').split('\0');
  }

  #bytes(property: string): Uint8Array {
    if (!this.#properties.has(property)) return new Uint8Array();
    try {
      return this.#files.readBytes(`${DEVICE_TREE}${this.path}/${property}`);
    } catch (error) {
      // An overlay that is being taken out.
      if (error instanceof SysError) return new Uint8Array();
      throw error;
    }
  }
}

/**
 * Visits the nodes of the tree, each before those in it. `visit` says whether to go on into the node. At most
 * MAX_DEVICE_TREE_NODES, not deeper than MAX_DEVICE_TREE_DEPTH; what is beyond is not seen.
 */
export function walkDeviceTree(files: DeviceTreeFiles, visit: (node: DeviceTreeNode) => boolean): void {
  let left = MAX_DEVICE_TREE_NODES;
  const walk = (path: string, depth: number): void => {
    if (left === 0 || depth > MAX_DEVICE_TREE_DEPTH) return;
    left -= 1;
    if (!visit(new DeviceTreeNode(files, path))) return;
    for (const name of files.listFolders(`${DEVICE_TREE}${path}`)) walk(`${path}/${name}`, depth + 1);
  };
  walk('', 0);
}
