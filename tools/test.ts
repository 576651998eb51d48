import { runEndToEnd } from './e2e.ts';
import { conclude, runSteps } from './steps.ts';
import { verifySteps } from './verify.ts';

/** Everything: `npm test`. */
const verified = await runSteps(verifySteps, 2);
process.exitCode = conclude([...verified, ...(await runEndToEnd())]);
