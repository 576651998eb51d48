/**
 * Who may import whom; docs/architecture.md says why. Every rule has a planted violation in
 * tools/layers.test.ts.
 */
const room = (...names) => `^app/main/(${names.join('|')})/`;
const test = '(\\.test\\.tsx?|/test-[^/]+\\.ts|\\.contract\\.ts|\\.double\\.ts|/fixtures/.*)$';
const outer = room('shell', 'host', 'cli', 'node', 'platform', 'sim');
const inner = room('(?!shell/|host/|cli/|node/|platform/|sim/)[^/]+');
/** Features are the inner rooms but the two that all stand on. */
const feature = '^app/main/(?!shell/|host/|cli/|node/|platform/|sim/|kernel/|log/)([^/]+)/';

/** A foreign library and the one place that may import it. */
const home = (name, library, place) => ({
  name: `${name}-has-one-home`,
  comment: `Only ${place} imports ${library}.`,
  severity: 'error',
  from: { path: '^app/', pathNot: [place, test] },
  to: { path: `(^|/)node_modules/(${library})(/|$)|^(${library})(/|$)` },
});

const fence = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** The rooms of the ledger, lowest first; the files at its root stand above them all. */
const ledgerRooms = ['types', 'state', 'consensus', 'proofs', 'chain', 'sync'];
const ledger = '^app/main/ledger/';

module.exports = {
  forbidden: [
    fence(
      'no-cycles',
      'Modules that need each other, if only for a type, are one module, or lack a third.',
      {},
      { circular: true },
    ),
    fence(
      'contract-is-a-leaf',
      'The vocabulary is used by all and uses nobody.',
      { path: '^app/contract/', pathNot: test },
      { path: ['^app/', 'node_modules/'], pathNot: ['^app/contract/', 'node_modules/(zod|@orpc/contract)/'] },
    ),
    fence(
      'kernel-is-a-leaf',
      'Building blocks know nothing of what is built.',
      { path: room('kernel'), pathNot: test },
      { path: '^app/', pathNot: room('kernel') },
    ),
    fence(
      'log-stands-on-kernel',
      'The log knows no feature.',
      { path: room('log'), pathNot: test },
      { path: '^app/', pathNot: [room('log', 'kernel'), '^app/contract/'] },
    ),
    fence(
      'inner-rooms-know-no-adapter',
      'A feature declares a port; the composition root hands it the adapter.',
      { path: inner, pathNot: test },
      { path: outer },
    ),
    fence(
      'inner-rooms-are-portable',
      'What decides runs anywhere, the simulation included: no modules of the runtime but the hash.',
      { path: inner, pathNot: [test, '^app/main/kernel/sha256\\.ts$'] },
      { dependencyTypes: ['core'] },
    ),
    fence(
      'features-meet-at-their-index',
      'A feature reaches another through its index.ts.',
      { path: feature, pathNot: test },
      { path: feature, pathNot: ['^app/main/$1/', '^app/main/[^/]+/index\\.ts$'] },
    ),
    ...ledgerRooms.map((name, at) =>
      fence(
        'ledger-rooms-in-order',
        'A room of the ledger imports lower rooms and the problems, never a higher room or the root.',
        { path: `${ledger}${name}/`, pathNot: test },
        {
          path: ledger,
          pathNot: [`${ledger}(${ledgerRooms.slice(0, at + 1).join('|')})/`, `${ledger}problems\\.ts$`],
        },
      ),
    ),
    fence(
      'adapters-are-strangers',
      'An adapter knows its library and the port it implements, never another adapter. Its worker threads may say that they run in the background.',
      { path: '^app/main/platform/([^/]+)/', pathNot: test },
      { path: '^app/main/platform/', pathNot: ['^app/main/platform/$1/', '^app/main/platform/threads/'] },
    ),
    fence(
      'adapters-know-ports-alone',
      'An adapter imports the kernel, and of the other rooms the ports that it implements.',
      { path: room('platform'), pathNot: test },
      {
        path: '^app/',
        pathNot: [
          room('platform', 'kernel'),
          '^app/contract/',
          '^app/main/[^/]+/(adapter-)?ports\\.ts$',
          '^app/main/log/transport\\.ts$',
        ],
      },
    ),
    fence(
      'adapters-know-no-entry',
      'Adapters are used by the composition root, not the other way round.',
      { path: '^app/main/platform/', pathNot: test },
      { path: room('shell', 'host', 'cli', 'node', 'sim') },
    ),
    fence(
      'host-and-cli-reach-adapters-through-node',
      'The composition root alone makes adapters.',
      { path: room('host', 'cli'), pathNot: [test, '/main\\.ts$'] },
      { path: room('platform', 'shell', 'sim') },
    ),
    fence(
      'shell-stays-thin',
      'The desktop shell shares messages, files and words with the node, and runs none of it.',
      { path: room('shell'), pathNot: test },
      {
        path: '^app/',
        pathNot: [
          room('shell', 'kernel'),
          '^app/main/node/(shell-messages|atomic-write|data-directory|private-files)\\.ts$',
        ],
      },
    ),
    fence(
      'preload-hands-over-and-nothing-else',
      'The preload imports electron alone.',
      { path: '^app/preload/', pathNot: test },
      { path: ['^app/', 'node_modules/'], pathNot: ['^app/preload/', 'node_modules/electron/'] },
    ),
    fence(
      'renderer-knows-the-contract-alone',
      'The console sees a node through the contract.',
      { path: '^app/renderer/', pathNot: test },
      { path: '^app/', pathNot: ['^app/renderer/', '^app/contract/'] },
    ),
    fence(
      'renderer-has-no-runtime-modules',
      'The console runs in a browser.',
      { path: '^app/renderer/', pathNot: [test, 'vite\\.config\\.ts$'] },
      { dependencyTypes: ['core'] },
    ),
    fence(
      'bridge-alone-touches-the-port',
      'Views use the client that the bridge gives them.',
      { path: '^app/renderer/', pathNot: ['^app/renderer/bridge/', test] },
      { path: 'node_modules/@orpc/' },
    ),
    fence(
      'stores-know-no-view',
      'Stores are free of React and of what shows them.',
      { path: '^app/renderer/stores/', pathNot: test },
      {
        path: [
          '^app/renderer/(features|ui|shell|charts)/',
          'node_modules/react-dom/',
          'node_modules/react-aria',
        ],
      },
    ),
    fence(
      'views-are-siblings',
      'A view does not reach into another.',
      { path: '^app/renderer/features/([^/]+)/', pathNot: test },
      { path: '^app/renderer/features/[^/]+/', pathNot: '^app/renderer/features/$1/' },
    ),
    home('electron', 'electron', '^app/(main/shell|preload)/'),
    home('sqlite', 'better-sqlite3|@types/better-sqlite3', '^app/main/platform/sqlite/'),
    home('libp2p', 'libp2p|@libp2p|@chainsafe/(?!blst)[^/]+|@multiformats', room('platform/libp2p')),
    home('bls', '@chainsafe/blst', room('platform/bls')),
    home('bip39', '@scure', '^app/(main/platform/keys|renderer/features/calls)/'),
    home('mail', 'htmlparser2|iconv-lite|chardet', room('platform/mail')),
    home('pino', 'pino', room('platform/telemetry')),
    home('onnx', 'onnxruntime-node|onnxruntime-common', room('platform/onnx')),
    home('images', '@jsquash', room('platform/images')),
    home('mediasoup', 'mediasoup', room('platform/mediasoup')),
    home('mediasoup-client', 'mediasoup-client', '^app/renderer/features/calls/'),
    home('ws', 'ws|@types/ws', room('host')),
    home('commander', 'commander', room('cli')),
    home('messages', 'intl-messageformat', '^app/main/kernel/problems\\.ts$'),
    home('look-alikes', 'unhomoglyph', '^app/main/kernel/look-alikes\\.ts$'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
