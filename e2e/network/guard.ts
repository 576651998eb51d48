import { once } from 'node:events';
import { removeFolder, removeNamespaces } from './netns.ts';

/** Outlives the process that made a world, and removes what is left of it: `guard.ts PREFIX FOLDER`. */
const [prefix = '', folder = ''] = process.argv.slice(2);
await once(process.stdin.resume(), 'end');
removeNamespaces(prefix);
removeFolder(folder);
