import { InvalidArgumentError } from 'commander';

/** Reads a whole number from 0 on from an option. */
export function wholeNumber(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !Number.isSafeInteger(number) || number < 0)
    throw new InvalidArgumentError('This is a whole number.');
  return number;
}
