import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const main = join(import.meta.dirname, 'main.ts');

/** A user of this machine who does not run the node. */
const OTHER = { uid: 54_321, gid: 54_321 };

/** Why tests with a second user are skipped; null if this process may start programs of other users. */
export const noSecondUser: string | null =
  process.platform === 'linux' && process.getuid?.() === 0
    ? null
    : 'skipped: only root of a Linux machine can run programs of a second user';

/** Runs a command of `impulse` as the owner of the node. */
export async function impulse(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: unknown; out: string; err: string }> {
  const program = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const ended = once(program, 'close');
  const [out, err] = await Promise.all([text(program.stdout), text(program.stderr)]);
  const [code] = (await ended) as [unknown];
  return { code, out, err };
}

/** A node that serves its console at a port, and the promise of its end. */
export async function serving(
  dataDir: string,
  port: number,
): Promise<{ program: ChildProcess; ended: Promise<unknown> }> {
  const program = spawn(process.execPath, [main, 'serve', '--json', '--port', `${port}`, '--data', dataDir], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(program, 'exit');
  await Promise.race([
    once(program.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('The node did not start.'))),
  ]);
  return { program, ended };
}

/** A port that nothing listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a program of the second user; its output is gathered until it ends or is killed. */
export function asOther(
  command: string,
  args: readonly string[],
): { program: ChildProcess; said: () => string; ended: Promise<unknown> } {
  const program = spawn(command, args, { ...OTHER, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  program.stdout.setEncoding('utf8').on('data', (part: string) => (said += part));
  return { program, said: () => said, ended: once(program, 'close') };
}

/** Listens at a port as the second user, answers every request alike, and gathers all that it is sent. */
export async function impostor(
  port: number,
  body: unknown,
): Promise<{ program: ChildProcess; received: () => string; ended: Promise<unknown> }> {
  const script = `
    const server = require('node:net').createServer((socket) => {
      socket.on('error', () => {}).on('data', (data) => {
        process.stdout.write(data);
        const body = ${JSON.stringify(JSON.stringify(body))};
        socket.end('HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: ' + body.length + '\\r\\n\\r\\n' + body);
      });
    });
    server.listen(${port}, '127.0.0.1', () => process.stdout.write('listening\\n'));
  `;
  const { program, said, ended } = asOther(process.execPath, ['-e', script]);
  await once(program.stdout!, 'data');
  return { program, received: () => said().replace('listening\n', ''), ended };
}
