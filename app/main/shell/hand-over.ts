import type { WebContents } from 'electron';
import type { ElectronApi } from './electron.ts';
import type { NodeProcess } from './node-process.ts';

/** The two channels between the preload and the shell. */
export const ASK_CHANNEL = 'impulse:connect';
export const PORT_CHANNEL = 'impulse:port';

/**
 * Connects a window and the node: each gets one end of a channel, and the shell keeps none. A window that
 * asked once gets a new port automatically whenever the node was started again.
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

  /** Handles a window's request for a port: it gets one now, or once the node is ready. */
  ask(contents: WebContents): void {
    if (!this.#waiting.has(contents)) {
      this.#waiting.add(contents);
      contents.once('destroyed', () => this.#waiting.delete(contents));
    }
    if (this.#node.ready) this.#give(contents);
  }

  /** Must be called each time the node becomes ready. */
  nodeReady(): void {
    for (const contents of this.#waiting) this.#give(contents);
  }

  #give(contents: WebContents): void {
    const { port1, port2 } = new this.#channels.MessageChannelMain();
    this.#node.connect(port1);
    contents.postMessage(PORT_CHANNEL, null, [port2]);
  }
}
