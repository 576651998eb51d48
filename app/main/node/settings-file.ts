import { readFile, rename } from 'node:fs/promises';
import { defaultSettings, Settings, type SettingsPatch } from '../../contract/settings.ts';
import type { Clock } from '../kernel/clock.ts';
import { Problem, type ProblemFields } from '../kernel/errors.ts';
import { writeAtomically } from './atomic-write.ts';

/** Settings that are read when the node starts and not again. */
const READ_AT_START = new Set([
  'network.port',
  'network.webSocketPort',
  'network.listen',
  'network.localDiscovery',
  'network.upnp',
  'network.relay',
  'network.holePunching',
  'network.maxConnections',
]);

/** The settings of one node, in a file that a person may read but never has to edit. */
export class SettingsFile {
  readonly #path: string;
  #settings: Settings;
  #last: Promise<unknown> = Promise.resolve();
  /** Set when the file could not be used: what a sysop should know. */
  readonly problem: ProblemFields | null;

  private constructor(path: string, settings: Settings, problem: ProblemFields | null) {
    this.#path = path;
    this.#settings = settings;
    this.problem = problem;
  }

  /** Reads the settings; what the file lacks gets its default, what it should not hold is left out. */
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
    return new SettingsFile(path, defaultSettings, {
      code: 'settings-invalid',
      message: 'The settings file could not be understood, so this node runs with default settings.',
      remedy: `Set what you need again; the old file was kept as ${aside}.`,
    });
  }

  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Changes some settings and saves all, one change after another.
   *
   * @returns the settings now in force, and which of the changed ones count from the next start only.
   * @throws Problem `settings-invalid` when the result would be out of bounds; nothing is changed then.
   */
  patch(patch: SettingsPatch): Promise<{ settings: Settings; restart: string[] }> {
    const done = this.#last.then(() => this.#apply(patch));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #apply(patch: SettingsPatch): Promise<{ settings: Settings; restart: string[] }> {
    const before = this.#settings;
    const parsed = Settings.safeParse(merge(before, patch));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new Problem(
        'settings-invalid',
        `${issue?.path.join('.')}: ${issue?.message}`,
        'Choose another value.',
      );
    }
    await writeAtomically(this.#path, `${JSON.stringify(parsed.data, null, 2)}\n`);
    this.#settings = parsed.data;
    const restart = [...READ_AT_START].filter((name) => valueAt(before, name) !== valueAt(parsed.data, name));
    return { settings: parsed.data, restart };
  }
}

function parse(content: string): Settings | null {
  try {
    const raw: unknown = JSON.parse(content);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return null;
    return Settings.safeParse(merge(defaultSettings, raw)).data ?? null;
  } catch {
    return null;
  }
}

/** `over` on top of `base`, two levels deep, as settings are. */
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

function valueAt(settings: Settings, name: string): unknown {
  const [section, key] = name.split('.');
  const values: object = settings[section as keyof Settings];
  return key === undefined ? undefined : values[key as keyof typeof values];
}
