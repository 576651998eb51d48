import { defineProblems } from '../../kernel/problems.ts';

export const problem = defineProblems('mediasoup', {
  'worker-missing': {
    message: 'This node cannot host calls: the media process (mediasoup-worker) is not installed.',
    remedy:
      'Run “npm run worker” in the folder of the source, or name a mediasoup-worker in the environment variable MEDIASOUP_WORKER_BIN.',
  },
  'worker-broken': {
    message: 'This node cannot host calls: the media process does not start ({reason}).',
    remedy:
      'Run “npm run worker” in the folder of the source: it checks the media process and names missing libraries.',
  },
  'media-address': {
    message: 'This node cannot host calls: no media can be received at {address} ({reason}).',
    remedy:
      'Check the port and the addresses of calls in the settings; the port must be free for UDP and TCP.',
  },
  'sfu-stopped': { message: 'Calls end because this node stops.' },
  'sfu-refused': {
    message: 'The media of the call were refused: {reason}',
    remedy: 'Leave the call and enter it again; if that does not help, update the browser.',
  },
  'sfu-closed': {
    code: 'sfu-refused',
    message: 'This connection of the call is closed.',
    remedy: 'Enter the call again.',
  },
  'connected-twice': { code: 'sfu-refused', message: 'This connection of the call was made before.' },
  'wrong-direction': {
    code: 'sfu-refused',
    message: 'This connection of the call carries media in the other direction only.',
  },
  'wrong-kind': {
    code: 'sfu-refused',
    message: 'The track of the call has codecs of another kind than it says.',
  },
  'producer-unknown': { code: 'sfu-refused', message: 'This track of the call has ended.' },
});
