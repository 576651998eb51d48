import { sfuContract } from '../../calls/sfu.contract.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { createSfu } from './index.ts';
import { testWorker } from './test-worker.ts';

sfuContract(
  'mediasoup',
  async () => ({
    sfu: createSfu({
      options: () => ({ listen: [{ ip: '127.0.0.1' }], port: 0, workers: 2 }),
      logger: silentLogger,
      workerBin: () => testWorker,
    }),
    kill: (pid) => void process.kill(pid, 'SIGKILL'),
  }),
  testWorker === null ? 'there is no mediasoup-worker' : null,
);
