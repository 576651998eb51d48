/** Why an amount cannot be given; null if it can. */
export type AmountFault = 'empty' | 'whole' | 'over';

/** A typed amount: a whole number in digits, with optional thousands separators. */
export function amountOf(typed: string): number {
  const text = typed.trim().replaceAll(/(?<=\d)[\s,.'_](?=\d{3}(?:\D|$))/g, '');
  return /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
}

/** Why an amount cannot be given out of `have` credits, or null if it can. */
export function faultOfAmount(typed: string, have: number): AmountFault | null {
  if (typed.trim() === '') return 'empty';
  const amount = amountOf(typed);
  if (!Number.isSafeInteger(amount) || amount < 1) return 'whole';
  return amount > have ? 'over' : null;
}
