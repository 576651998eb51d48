// hypercore beside Impulse: `append N`, `catchup N`. The last line is JSON with events per second.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Hypercore from 'hypercore';

const [task, count, port, key] = process.argv.slice(2);
const total = Number(count);
const directory = mkdtempSync(join(tmpdir(), 'impulse-bench-hypercore-'));
const block = (index) => Buffer.from(`${index} `.padEnd(400, 'lorem ipsum dolor '));
const answer = (elapsedMs) => console.log(JSON.stringify({ perSecond: (total / elapsedMs) * 1000 }));

if (task === 'append') {
  const core = new Hypercore(directory);
  await core.ready();
  const start = performance.now();
  for (let index = 0; index < total; index++) await core.append(block(index));
  answer(performance.now() - start);
  await core.close();
} else if (task === 'catchup') {
  const core = new Hypercore(directory);
  await core.append(Array.from({ length: total }, (_, index) => block(index)));
  const server = createServer((socket) => {
    const stream = core.replicate(false);
    socket.on('error', () => {});
    stream.on('error', () => {});
    socket.pipe(stream).pipe(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const reader = spawn(
    process.execPath,
    [import.meta.filename, 'clone', count, String(server.address().port), core.key.toString('hex')],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  process.exitCode = await new Promise((resolve) => reader.once('exit', resolve));
  server.close();
  await core.close();
} else {
  const core = new Hypercore(directory, Buffer.from(key, 'hex'));
  await core.ready();
  const start = performance.now();
  const socket = connect(Number(port), '127.0.0.1');
  const stream = core.replicate(true);
  socket.on('error', () => {});
  stream.on('error', () => {});
  socket.pipe(stream).pipe(socket);
  await core.update({ wait: true });
  await core.download({ start: 0, end: total }).done();
  answer(performance.now() - start);
  socket.destroy();
  await core.close();
}
rmSync(directory, { recursive: true, force: true });
process.exit();
