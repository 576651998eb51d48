/** Numbers, dates and plurals in the reader’s language; every figure on screen is formatted here. */
const locale = 'en';
const number = new Intl.NumberFormat(locale);
const percentage = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
const signedPercentage = new Intl.NumberFormat(locale, {
  style: 'percent',
  maximumFractionDigits: 0,
  signDisplay: 'exceptZero',
});
const rules = new Intl.PluralRules(locale);
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const exactTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'medium' });
const clockTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const minuteTime = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
/** Three letters for every month, so that columns of dates have equal width. */
const monthName = new Intl.DateTimeFormat('en-US', { month: 'short' });
const dayTime = (at: number) => `${new Date(at).getDate()} ${monthName.format(at)}`;
const monthTime = (at: number) => `${monthName.format(at)} ${new Date(at).getFullYear()}`;
const yearTime = (at: number) => `${dayTime(at)} ${new Date(at).getFullYear()}`;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** `1204` as "1,204". */
export const count = (value: number): string => number.format(value);

/** A share, 0 to 1, as "86%". */
export const percent = (share: number): string => percentage.format(share);

/** A small share with one decimal: "0.6%", not "1%". */
export const percentTenths = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** Milliseconds, as "41 ms"; below ten with one decimal where `exact`. */
export const milliseconds = (value: number, exact = false): string =>
  `${exact && value < 10 ? value.toFixed(1) : number.format(Math.round(value))} ms`;

/** Names one after the other: "Ana, Ben". */
export const listed = (names: readonly string[]): string => names.join(', ');

/** A change, as "+18%" or "-4%". */
export const change = (share: number): string => signedPercentage.format(share);

/** The number and the noun that fits it: `plural(3, 'peer', 'peers')` is “3 peers”. */
export const plural = (value: number, one: string, other: string): string =>
  `${number.format(value)} ${rules.select(value) === 'one' ? one : other}`;

const words = [
  'nobody',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];

/** Numbers up to twelve as words, for sentences. */
export const spelled = (value: number): string => words[value] ?? number.format(value);

/** The text with a capital first letter. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Bytes in binary steps: “4.1 MB”. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let step = 0;
  while (scaled >= 1000 && step < units.length - 1) {
    scaled /= 1024;
    step += 1;
  }
  const digits = step === 0 || scaled >= 100 ? 0 : 1;
  return `${scaled.toFixed(digits)} ${units[step]}`;
}

/** "6 minutes ago", "yesterday", "in 2 days". */
export function ago(at: number, now: number): string {
  const delta = at - now;
  const size = Math.abs(delta);
  if (size < 45 * second) return delta <= 0 ? 'just now' : 'in a moment';
  if (size < hour) return relative.format(Math.round(delta / minute), 'minute');
  if (size < day) return relative.format(Math.round(delta / hour), 'hour');
  if (size < 30 * day) return relative.format(Math.round(delta / day), 'day');
  return yearTime(at);
}

/** A short form for columns: “now”, “6 m”, “3 h”, “2 d”, “4 Mar”, “Mar 2002”. */
export function shortAgo(at: number, now: number): string {
  const size = Math.max(0, now - at);
  if (size < minute) return 'now';
  if (size < hour) return `${Math.floor(size / minute)} m`;
  if (size < day) return `${Math.floor(size / hour)} h`;
  if (size < 30 * day) return `${Math.floor(size / day)} d`;
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? dayTime(at) : monthTime(at);
}

/** "Monday, 23 November 2026 at 21:04:37". */
export const exact = (at: number): string => exactTime.format(at);
/** "21:04:37". */
export const clock = (at: number): string => clockTime.format(at);
/** "21:04". */
export const hourMinute = (at: number): string => minuteTime.format(at);
/** "23 Nov 2026". */
export const date = (at: number): string => yearTime(at);

/** A duration as “19 d 04 h”, “2 h 05 m”, “3 m”, “12 s”. */
export function span(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  if (ms >= day) return `${Math.floor(ms / day)} d ${two((ms % day) / hour)} h`;
  if (ms >= hour) return `${Math.floor(ms / hour)} h ${two((ms % hour) / minute)} m`;
  if (ms >= minute) return `${Math.floor(ms / minute)} m`;
  return `${Math.floor(ms / second)} s`;
}

/** Idle time as "1:47", hours as "2:03:10". */
export function stopwatch(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const hours = Math.floor(ms / hour);
  const rest = `${hours > 0 ? two((ms % hour) / minute) : Math.floor(ms / minute)}:${two((ms % minute) / second)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Time left: “about 2 minutes left”. */
export function left(seconds: number): string {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 90) return `about ${plural(Math.round(seconds), 'second', 'seconds')} left`;
  if (seconds < 5400) return `about ${plural(Math.round(seconds / 60), 'minute', 'minutes')} left`;
  return `about ${plural(Math.round(seconds / 3600), 'hour', 'hours')} left`;
}
