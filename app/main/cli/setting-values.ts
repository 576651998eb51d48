/** All settings by their names, `section.setting`. */
export const settingsIn = (settings: object): Map<string, unknown> =>
  new Map(
    Object.entries(settings).flatMap(([section, values]) =>
      Object.entries(values as object).map(([key, value]) => [`${section}.${key}`, value] as const),
    ),
  );

/** A value as a person types it. */
export function shownValue(value: unknown): string {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(',');
  return String(value);
}

const UNITS: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };
const WORDS: Readonly<Record<string, unknown>> = {
  on: true,
  off: false,
  true: true,
  false: false,
  none: null,
};

/**
 * The value that a person typed for a setting, of the kind that `now` has; the node checks it.
 * @param now the value in force: it tells a list and a text from everything else.
 */
export function typedValue(name: string, text: string, now: unknown): unknown {
  if (Array.isArray(now))
    return text === '' || text === 'none' ? [] : text.split(',').map((one) => one.trim());
  if (typeof now === 'string') return text;
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]iB)$/.exec(text) ?? [];
  if (name.endsWith('Bytes') && number !== undefined) return Math.round(Number(number) * UNITS[unit]!);
  return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
}
