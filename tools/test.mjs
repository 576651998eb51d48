import { ensureDependencies, goOn } from './setup.mjs';

ensureDependencies();
goOn('test.ts', process.argv.slice(2));
