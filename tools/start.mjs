import { ensureDependencies, goOn } from './setup.mjs';

ensureDependencies();
goOn('start.ts', process.argv.slice(2));
