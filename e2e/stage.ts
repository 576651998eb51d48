import type { Browser } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { visit, type Visitor } from './browser.ts';
import { TestNode } from './node.ts';

/** Starts nodes in a wanted state, and ends them with a test or with all tests of a file. */
export class Stage {
  readonly #nodes: TestNode[] = [];

  /** @param atEnd `onTestFinished` in a test, `afterAll` outside. */
  constructor(atEnd: (end: () => Promise<void>) => void) {
    atEnd(async () => {
      await Promise.all(this.#nodes.splice(0).map((node) => node.dispose()));
    });
  }

  /** A running node without a community. */
  async node(): Promise<TestNode> {
    const node = await TestNode.start();
    this.#nodes.push(node);
    return node;
  }

  /** A running node whose person founded the community “Harbour”; `options` as for `impulse init`. */
  async founder(handle: string, ...options: string[]): Promise<TestNode> {
    const node = await this.node();
    await node.impulse('init', '--name', 'Harbour', '--handle', handle, ...options);
    return node;
  }

  /** A running node whose person joined the community of `host` by an invite. */
  async member(host: TestNode, handle: string): Promise<TestNode> {
    const [node, link] = await Promise.all([this.node(), inviteFrom(host)]);
    await node.impulse('join', link, '--handle', handle);
    return node;
  }
}

/** The link of an invite for nodes on this machine. */
export async function inviteFrom(host: TestNode): Promise<string> {
  const { link } = (await host.impulse('invite', '--reach', 'machine')) as { link: string };
  return link;
}

/** The console of a node, in a browser context that closes with the test. */
export async function openConsole(
  browser: Browser,
  node: TestNode,
  size?: { width: number; height: number },
): Promise<Visitor> {
  const visitor = await visit(browser, await node.entry(), size);
  onTestFinished(() => visitor.context.close());
  return visitor;
}

/** Runs a part of a longer story; a failure names it. */
export async function step<T>(title: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Error) error.message = `${title}: ${error.message}`;
    throw error;
  }
}
