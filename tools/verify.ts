import { conclude, runSteps, type Step } from './steps.ts';

/** All checks without a browser, the longest first so that two parallel lanes end together. */
export const verifySteps: readonly Step[] = [
  { name: 'tests', tool: 'vitest', args: ['run'], counted: true },
  { name: 'types of the node', tool: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of the console', tool: 'tsc', args: ['-p', 'app/renderer'] },
  { name: 'types of the contract', tool: 'tsc', args: ['-p', 'app/contract'] },
  { name: 'layers', tool: 'depcruise', args: ['app', '--config', '.dependency-cruiser.cjs'] },
  { name: 'unused code', tool: 'knip', args: [] },
  { name: 'lint', tool: 'oxlint', args: [] },
  { name: 'format', tool: 'oxfmt', args: ['--check'] },
];

if (import.meta.main) process.exitCode = conclude(await runSteps(verifySteps, 2));
