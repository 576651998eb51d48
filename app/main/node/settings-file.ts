import { readFile, rename } from 'node:fs/promises';
import type * as z from 'zod';
import { defaultSettings, Settings, type SettingsPatch } from '../../contract/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ProblemFields } from '../kernel/errors.ts';
import { writeAtomically } from './atomic-write.ts';
import { problem } from './problems.ts';

/** Errors of a path at which there is no file of this user; all others may pass. */
const UNUSABLE: readonly string[] = ['EISDIR', 'ELOOP', 'EACCES'];

/** The form of a file of settings, and how it changes. */
export interface SettingsForm<T, Change> {
  readonly schema: z.ZodType<T>;
  /** The settings without a file. */
  readonly initial: T;
  /** The content of a file, before the schema checks it. */
  readonly read: (raw: object) => unknown;
  /** The settings after a change, before the schema checks them. */
  readonly changed: (now: T, change: Change) => unknown;
  /** Tells the sysop that a file could not be used and was kept under another path. */
  readonly unreadable: (path: string) => ProblemFields;
}

/** Settings in a file that people may read but never have to edit. */
export class SettingsFile<T, Change> {
  readonly #path: string;
  readonly #form: SettingsForm<T, Change>;
  #settings: T;
  #last: Promise<unknown> = Promise.resolve();
  /** Set if the file could not be used: a problem for the sysop. */
  readonly problem: ProblemFields | null;

  private constructor(
    path: string,
    form: SettingsForm<T, Change>,
    settings: T,
    problem: ProblemFields | null,
  ) {
    this.#path = path;
    this.#form = form;
    this.#settings = settings;
    this.problem = problem;
  }

  /** Reads the settings; unknown ones are dropped. A file that cannot be used is set aside. */
  static async open<T, Change>(
    path: string,
    clock: Clock,
    form: SettingsForm<T, Change>,
  ): Promise<SettingsFile<T, Change>> {
    let content: string | null = null;
    try {
      content = await readFile(path, 'utf8');
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new SettingsFile(path, form, form.initial, null);
      if (!UNUSABLE.includes(code)) throw error;
    }
    const settings = content === null ? null : parse(content, form);
    if (settings !== null) return new SettingsFile(path, form, settings, null);
    const aside = `${path}.invalid-${new Date(clock.now()).toISOString().replaceAll(':', '')}`;
    await rename(path, aside);
    return new SettingsFile(path, form, form.initial, form.unreadable(aside));
  }

  get settings(): T {
    return this.#settings;
  }

  /**
   * Changes some settings and saves all; concurrent changes run one after another.
   * @returns the settings now in force.
   * @throws Problem `settings-invalid` if the result would be out of bounds; nothing is changed then.
   */
  patch(change: Change): Promise<T> {
    const done = this.#last.then(() => this.#apply(change));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #apply(change: Change): Promise<T> {
    const parsed = this.#form.schema.safeParse(this.#form.changed(this.#settings, change));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw problem('settings-invalid', {
        setting: issue?.path.join('.') ?? '',
        reason: issue?.message ?? '',
      });
    }
    await writeAtomically(this.#path, `${JSON.stringify(parsed.data, null, 2)}\n`);
    this.#settings = parsed.data;
    return parsed.data;
  }
}

function parse<T, Change>(content: string, { schema, read }: SettingsForm<T, Change>): T | null {
  try {
    const raw: unknown = JSON.parse(content);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
    return schema.safeParse(read(raw)).data ?? null;
  } catch {
    return null;
  }
}

/** The settings of a node; missing ones get their default. */
export const nodeSettings: SettingsForm<Settings, SettingsPatch> = {
  schema: Settings,
  initial: defaultSettings,
  read: (raw) => merge(defaultSettings, renamed(raw)),
  changed: merge,
  unreadable: (path) => problem.fields('settings-unreadable', { path }),
};

/** Settings of release 0.1 under their current names. */
function renamed(raw: object): object {
  const network: unknown = Reflect.get(raw, 'network');
  if (typeof network !== 'object' || network === null || !('upnp' in network)) return raw;
  return { ...raw, network: { portMapping: network.upnp, ...network } };
}

/** Merges `over` into `base`, two levels deep, like the settings. Only sections of `base` are taken. */
export function merge(base: object, over: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [section, values] of Object.entries(base)) {
    const patch: unknown =
      (Object.hasOwn(over, section) ? over[section as keyof typeof over] : undefined) ?? {};
    result[section] =
      typeof patch === 'object' && patch !== null ? { ...(values as object), ...definedOnly(patch) } : patch;
  }
  return result;
}

const definedOnly = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
