#!/usr/bin/env node
import { keepFilesPrivate } from '../node/private-files.ts';
import { startNode } from '../node/start.ts';
import { simulate } from '../sim/index.ts';
import { simulateLedger } from '../sim/ledger/index.ts';
import type { NodeConnector } from './node-connector.ts';
import { processIo } from './io.ts';
import { runCommand } from './program.ts';

keepFilesPrivate();
// npm runs scripts in the checkout; paths are relative to the directory where the person is.
const { npm_lifecycle_event: script, INIT_CWD: from } = process.env;
if (script === 'impulse' && from) process.chdir(from);

const connector: NodeConnector = {
  openNode: startNode,
  startNode,
  simulate: (init) => (init.ledger ? simulateLedger(init) : simulate(init)),
};
// A node's timers do not keep a process alive; a command does, until it is done.
const alive = setInterval(() => {}, 60_000);
const code = await runCommand(process.argv.slice(2), connector, processIo());
// Set already if the output failed.
process.exitCode ??= code;
clearInterval(alive);
