import { ensureCoturn } from './coturn.ts';
import { runEndToEnd } from './e2e.ts';
import { conclude, runSteps } from './steps.ts';
import { verifySteps } from './verify.ts';
import { ensureWorker, waysHere } from './worker.ts';

/** Everything: `npm test`. */
const report = (line: string) => console.log(line);
const worker = await ensureWorker(waysHere(report), { mayBuild: true, report });
if (worker.path === null) report(worker.missing);
ensureCoturn();
const verified = await runSteps(verifySteps, 2);
process.exitCode = conclude([...verified, ...(await runEndToEnd())]);
