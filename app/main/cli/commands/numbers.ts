import { InvalidArgumentError } from 'commander';
import { problem } from '../problems.ts';

/** Reads a non-negative integer from an option. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError(problem.fields('bad-number').message);
  return number;
}
