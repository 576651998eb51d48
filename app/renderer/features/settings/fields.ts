import { Settings, SettingsPatch, type Doctor } from '../../../contract/index.ts';
import { t } from '../../messages/en.ts';
import type { FeatureField } from '../../feature.ts';
import { readAnnounced } from '../../text/addresses.ts';

const gigabyte = 1024 ** 3;
const megabyte = 1024 ** 2;

export type FieldPath = Exclude<keyof typeof t.settings.fields, 'community.name' | 'community.description'>;

export interface OwnField {
  readonly path: FieldPath;
  readonly kind: FeatureField['kind'] | 'addresses';
  /** Numbers are shown divided by this. */
  readonly scale?: number;
  /** An empty field means no value. */
  readonly optional?: boolean;
}

/** A setting of the node itself, or of a feature, which brings its own text. */
export type Field = OwnField | (FeatureField & { readonly scale?: undefined; readonly optional?: undefined });

/** The text beside a setting. */
export const wordsOf = (
  field: Field,
): {
  label: string;
  hint: string;
  unit?: string;
  /** Shown in an empty field. */
  none?: string;
  options?: Readonly<Record<string, string>>;
} => ('label' in field ? field : t.settings.fields[field.path]);

/** Every setting of the node itself, by section, in display order. */
export const fields = {
  community: [{ path: 'node.name', kind: 'text' }],
  network: [
    { path: 'network.listen', kind: 'select' },
    { path: 'network.port', kind: 'number' },
    { path: 'network.webSocketPort', kind: 'number' },
    { path: 'network.announce', kind: 'addresses' },
    { path: 'network.portMapping', kind: 'switch' },
    { path: 'network.relay', kind: 'switch' },
    { path: 'network.holePunching', kind: 'switch' },
    { path: 'network.localDiscovery', kind: 'switch' },
    { path: 'network.maxConnections', kind: 'number' },
  ],
  storage: [
    { path: 'storage.quotaBytes', kind: 'number', scale: gigabyte, optional: true },
    { path: 'storage.fileBudgetBytes', kind: 'number', scale: gigabyte },
    { path: 'storage.maxFileBytes', kind: 'number', scale: megabyte },
    { path: 'storage.backups', kind: 'number' },
  ],
  desktop: [
    { path: 'desktop.closeToTray', kind: 'switch' },
    { path: 'desktop.startAtLogin', kind: 'switch' },
  ],
} as const satisfies Record<string, readonly OwnField[]>;

/** The paths of all settings in the contract. */
export function contractPaths(): string[] {
  return Object.entries(Settings.shape).flatMap(([group, schema]) =>
    Object.keys(schema.shape).map((key) => `${group}.${key}`),
  );
}

/** The value of a setting as the node stores it. */
export function valueAt(settings: object, path: string): unknown {
  const [group = '', key = ''] = path.split('.');
  const held: unknown = Object.entries(settings).find(([name]) => name === group)?.[1];
  if (typeof held !== 'object' || held === null) return undefined;
  return Object.entries(held).find(([name]) => name === key)?.[1];
}

export type Checked = { ok: true; patch: SettingsPatch } | { ok: false; why: string };

const linesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A new value as a patch for the node, or what is wrong with it. Addresses and lines come as typed text. */
export function check(field: Field, value: unknown): Checked {
  const [group = '', key = ''] = field.path.split('.');
  const read = field.kind === 'addresses' ? readAnnounced(String(value)) : null;
  if (read?.ok === false) return read;
  const given = field.kind === 'lines' && typeof value === 'string' ? linesIn(value) : value;
  const result = SettingsPatch.safeParse({ [group]: { [key]: read === null ? given : read.addresses } });
  if (result.success) return { ok: true, patch: result.data };
  const issue = result.error.issues[0];
  const scale = field.scale ?? 1;
  if (issue?.code === 'too_small' && field.kind === 'number')
    return { ok: false, why: t.settings.atLeast(Number(issue.minimum) / scale) };
  if (issue?.code === 'too_big' && field.kind === 'number')
    return { ok: false, why: t.settings.atMost(Number(issue.maximum) / scale) };
  if (field.kind === 'number') return { ok: false, why: t.settings.number };
  return { ok: false, why: issue?.message ?? t.settings.number };
}

/** The text in a setting’s field: a number in the shown unit, addresses one per line. */
export function shownText(field: Field, value: unknown): string {
  if (typeof value === 'number') {
    const scaled = value / (field.scale ?? 1);
    return String(Number(scaled < 0.1 ? scaled.toPrecision(2) : scaled.toFixed(2)));
  }
  if (Array.isArray(value)) return value.join('\n');
  return String(value ?? '');
}

/** A typed number in the node’s unit; null if there is none, NaN if the text is not a number. */
export function typedNumber(field: Field, text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  if (text.trim() === '') return null;
  return field.scale === undefined ? value : Math.round(value * field.scale);
}

/** A value in words, with its unit. */
export function valueWords(field: Field, value: unknown): string {
  const { unit, none = '', options } = wordsOf(field);
  if (value === null) return none;
  if (typeof value === 'boolean') return value ? t.settings.features.on : t.settings.features.off;
  const text = options?.[String(value)] ?? shownText(field, value);
  return unit === undefined ? text : `${text} ${unit}`;
}

/**
 * Why direct connections through routers cannot work now, by the doctor’s findings, with the remedy; null if
 * only the switch decides. They fail behind a symmetric NAT and on a node that listens only on its own
 * machine.
 */
export function directBlock(
  doctor: Doctor | null,
  { listen, holePunching }: Settings['network'],
): Pick<Doctor['checks'][number], 'finding' | 'remedy'> | null {
  const found = doctor?.checks.find(({ id }) => id === 'direct');
  if (found === undefined) return null;
  const blocked =
    found.state === 'bad' || (found.state === 'off' && (listen !== 'everywhere' || holePunching));
  return blocked ? found : null;
}
