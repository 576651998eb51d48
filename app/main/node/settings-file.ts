import { readFile, rename } from 'node:fs/promises';
import { defaultSettings, Settings, type SettingsPatch } from '../../contract/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ProblemFields } from '../kernel/errors.ts';
import { writeAtomically } from './atomic-write.ts';
import { problem } from './problems.ts';

/** The settings of one node, in a file that people may read but never have to edit. */
export class SettingsFile {
  readonly #path: string;
  #settings: Settings;
  #last: Promise<unknown> = Promise.resolve();
  /** Set if the file could not be used: a problem for the sysop. */
  readonly problem: ProblemFields | null;

  private constructor(path: string, settings: Settings, problem: ProblemFields | null) {
    this.#path = path;
    this.#settings = settings;
    this.problem = problem;
  }

  /** Reads the settings; missing ones get their default, and unknown ones are dropped. */
  static async open(path: string, clock: Clock): Promise<SettingsFile> {
    let content: string;
    try {
      content = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return new SettingsFile(path, defaultSettings, null);
    }
    const settings = parse(content);
    if (settings) return new SettingsFile(path, settings, null);
    const aside = `${path}.invalid-${new Date(clock.now()).toISOString().replaceAll(':', '')}`;
    await rename(path, aside);
    return new SettingsFile(path, defaultSettings, problem.fields('settings-unreadable', { path: aside }));
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Changes some settings and saves all; concurrent changes run one after another.
   * @returns the settings now in force.
   * @throws Problem `settings-invalid` if the result would be out of bounds; nothing is changed then.
   */
  patch(patch: SettingsPatch): Promise<Settings> {
    const done = this.#last.then(() => this.#apply(patch));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #apply(patch: SettingsPatch): Promise<Settings> {
    const parsed = Settings.safeParse(merge(this.#settings, patch));
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

function parse(content: string): Settings | null {
  try {
    const raw: unknown = JSON.parse(content);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
    return Settings.safeParse(merge(defaultSettings, renamed(raw))).data ?? null;
  } catch {
    return null;
  }
}

/** Settings of release 0.1 under their current names. */
function renamed(raw: object): object {
  const network: unknown = Reflect.get(raw, 'network');
  if (typeof network !== 'object' || network === null || !('upnp' in network)) return raw;
  return { ...raw, network: { portMapping: network.upnp, ...network } };
}

/** Merges `over` into `base`, two levels deep, like the settings. */
function merge(base: Settings, over: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [section, values] of Object.entries(base)) {
    const patch: unknown =
      (Object.hasOwn(over, section) ? over[section as keyof typeof over] : undefined) ?? {};
    result[section] =
      typeof patch === 'object' && patch !== null ? { ...values, ...definedOnly(patch) } : patch;
  }
  return result;
}

const definedOnly = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
