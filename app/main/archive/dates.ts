const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
/** Zones by name, in minutes east of UTC. A name that is not here counts as UTC. */
const ZONES: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'est -300 edt -240 cst -360 cdt -300 mst -420 mdt -360 pst -480 pdt -420 akst -540 akdt -480 hst -600 ' +
    'ast -240 adt -180 nst -210 ndt -150 brt -180 gmt 0 ut 0 utc 0 z 0 wet 0 west 60 bst 60 cet 60 cest 120 ' +
    'met 60 mest 120 mez 60 mesz 120 eet 120 eest 180 msk 180 msd 240 ist 330 sgt 480 hkt 480 jst 540 kst 540 ' +
    'awst 480 acst 570 aest 600 aedt 660 nzst 720 nzdt 780'
  )
    .split(/ (?=[a-z])/)
    .map((zone) => zone.split(' '))
    .map(([name = '', minutes]) => [name, Number(minutes)]),
);
const MAX_CHARS = 200;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MAX_DATE = Date.UTC(2200, 0);
/** A number below this counts seconds: as milliseconds it would lie before March 1973. */
const FIRST_MILLISECONDS = 1e11;

/** How far the clocks of a sender and of this machine may differ. */
const TOLERANCE_MS = DAY_MS;

/**
 * The date if it can be meant: after the first day of 1970, which is what a clock that was never set shows,
 * and before 2200.
 */
export function saneDate(value: number): number | null {
  return value >= DAY_MS && value < MAX_DATE ? Math.trunc(value) : null;
}

/** Whether a message may have this date at the time `now`; nobody wrote it tomorrow. */
export function isPast(date: number, now: number): boolean {
  return date <= now + TOLERANCE_MS;
}

/**
 * The time that a text names, in milliseconds since the Unix epoch, or null. It reads the dates of mail
 * (RFC 5322 and older), of mbox separators, of HTTP and of ISO 8601, and a bare number of seconds or
 * milliseconds. A time without a zone is UTC, so the result does not depend on the machine.
 */
export function dateIn(raw: string): number | null {
  const text = raw.trim();
  if (text === '' || text.length > MAX_CHARS) return null;
  if (/^\d{9,13}$/.test(text)) return epochDate(Number(text));
  const date = new WrittenDate();
  // A comment names the zone once more, or the day.
  for (const token of withoutComments(text).split(/[\s,]/)) {
    if (token !== '') date.take(token);
  }
  return date.value();
}

/** A date that a program wrote as a number: seconds or milliseconds since the Unix epoch. */
export function epochDate(value: number): number | null {
  return saneDate(Math.abs(value) < FIRST_MILLISECONDS ? value * 1000 : value);
}

/** Collects the parts of a date in any order. */
class WrittenDate {
  #day: number | null = null;
  #month: number | null = null;
  #year: number | null = null;
  #seconds: number | null = null;
  #zone: number | null = null;

  take(token: string): void {
    const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[Tt_]?(\d.*))?$/.exec(token);
    if (iso !== null) {
      [this.#year, this.#month, this.#day] = [Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])];
      if (iso[4] !== undefined) this.take(iso[4]);
      return;
    }
    const time = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,](\d{1,9}))?(.{0,20})$/.exec(token);
    if (time !== null && this.#seconds === null) {
      this.#seconds =
        Number(time[1]) * 3600 + Number(time[2]) * 60 + Number(time[3] ?? 0) + Number(`0.${time[4] ?? 0}`);
      if (time[5] !== undefined && time[5] !== '') this.take(time[5]);
      return;
    }
    const dashed = /^(\d{1,2})-([A-Za-z]{3,9})-(\d{2,4})$/.exec(token);
    if (dashed !== null) {
      for (const part of dashed.slice(1)) this.take(part);
      return;
    }
    if (/^\d{1,5}$/.test(token)) this.#takeNumber(token);
    else this.#takeWord(token.toLowerCase());
  }

  value(): number | null {
    if (this.#day === null || this.#month === null || this.#year === null) return null;
    const isReal = this.#day >= 1 && this.#day <= 31 && this.#month >= 0 && this.#month < 12;
    if (!isReal || (this.#seconds ?? 0) > 86_400) return null;
    const local = Date.UTC(this.#year, this.#month, this.#day) + Math.round((this.#seconds ?? 0) * 1000);
    return saneDate(local - (this.#zone ?? 0) * MINUTE_MS);
  }

  #takeNumber(digits: string): void {
    if (digits.length <= 2 && this.#day === null) this.#day = Number(digits);
    else this.#year ??= yearOf(digits);
  }

  #takeWord(word: string): void {
    const offset = /^([a-z]{0,4})([+-])(\d{1,2}):?(\d{2})?$/.exec(word);
    if (offset !== null && this.#seconds !== null) {
      const minutes = Number(offset[3]) * 60 + Number(offset[4] ?? 0);
      this.#zone ??= minutes <= 15 * 60 ? (offset[2] === '-' ? -minutes : minutes) : 0;
      return;
    }
    const month = word.length >= 3 ? MONTHS.findIndex((name) => name.startsWith(word.replace('.', ''))) : -1;
    if (month >= 0) this.#month ??= month;
    else if (word === 'pm' && this.#seconds !== null && this.#seconds < 43_200) this.#seconds += 43_200;
    else if (word === 'am' && this.#seconds !== null && this.#seconds >= 43_200) this.#seconds -= 43_200;
    else if (Object.hasOwn(ZONES, word)) this.#zone ??= ZONES[word] ?? 0;
  }
}

/** Two digits as RFC 5322 reads them; three are years since 1900, as programs wrote them in 2000. */
function yearOf(digits: string): number {
  const year = Number(digits);
  if (digits.length <= 2) return year < 50 ? 2000 + year : 1900 + year;
  if (digits.length === 3) return 1900 + year;
  // "19103" is 1900 and 103 years, written one after the other.
  return digits.length === 5 && digits.startsWith('19') ? 1900 + Number(digits.slice(2)) : year;
}

function withoutComments(text: string): string {
  let depth = 0;
  let out = '';
  for (const character of text) {
    if (character === '(') depth += 1;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += character;
  }
  return out;
}
