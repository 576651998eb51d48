import type { WebContents } from 'electron';
import type { ElectronApi } from './electron.ts';
import type { NodeProcess } from './node-process.ts';

/** The channels between the preload and the shell; these two are all there are. */
export const ASK_CHANNEL = 'impulse:connect';
export const PORT_CHANNEL = 'impulse:port';

/**
 * Brings a window and the node together: each gets one end of a channel, and the shell keeps none. A
 * window that asked once gets a new port by itself whenever the node was started again.
 */
export class HandOver {
  readonly #channels: Pick<ElectronApi, 'MessageChannelMain'>;
  readonly #node: Pick<NodeProcess, 'ready' | 'connect'>;
  readonly #waiting = new Set<WebContents>();

  constructor(
    channels: Pick<ElectronApi, 'MessageChannelMain'>,
    node: Pick<NodeProcess, 'ready' | 'connect'>,
  ) {
    this.#channels = channels;
    this.#node = node;
  }

  /** A window asks for a port; it gets one at once, or as soon as the node is ready. */
  ask(contents: WebContents): void {
    if (!this.#waiting.has(contents)) {
      this.#waiting.add(contents);
      contents.once('destroyed', () => this.#waiting.delete(contents));
    }
    if (this.#node.ready) this.#give(contents);
  }

  /** To be called each time the node became ready. */
  nodeReady(): void {
    for (const contents of this.#waiting) this.#give(contents);
  }

  #give(contents: WebContents): void {
    const { port1, port2 } = new this.#channels.MessageChannelMain();
    this.#node.connect(port1);
    contents.postMessage(PORT_CHANNEL, null, [port2]);
  }
}
