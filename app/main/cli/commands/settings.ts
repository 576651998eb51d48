import type { Command } from 'commander';
import { defaultSettings, type Client, type CommunitySettingsView } from '../../../contract/index.ts';
import { command, findCommunity, withNode, type CommonOptions, type Context } from '../context.ts';
import type { Answer } from '../io.ts';
import { problem } from '../problems.ts';
import { settingsIn, shownValue, typedValue } from '../setting-values.ts';
import { table } from '../text.ts';

/** `settings`: shows and changes the settings of the node, or with `--community` those of a community. */
export function settingsCommands(context: Context): Command[] {
  const group = command('settings', 'show the settings of the node, or of a community with --community', [
    'settings',
    'settings --community Harbour',
    'settings set storage.quotaBytes 5GiB',
    'settings set features.off chat,files --community Harbour',
    'settings unset storage.quotaBytes --community Harbour',
  ]).action((options: CommonOptions) => withNode(context, options, (client) => show(client, options)));
  group.addCommand(
    command('set', 'change a setting; it is in effect at once', [
      'settings set network.maxConnections 200',
      'settings set storage.quotaBytes none --community Harbour',
    ])
      .argument('<setting>', 'its name, as “impulse settings” lists it')
      .argument('<value>', 'a number, a text, on or off, none, a list a,b; bytes also as 500MiB or 5GiB')
      .action((name: string, value: string, _: unknown, self: Command) =>
        changeWith(context, self, (client, options) => set(client, options, name, value)),
      ),
  );
  group.addCommand(
    command('unset', 'set a setting back: of the node to its default, of a community to that of the node', [
      'settings unset storage.backups',
      'settings unset features.off --community Harbour',
    ])
      .argument('<setting>', 'its name, as “impulse settings” lists it')
      .action((name: string, _: unknown, self: Command) =>
        changeWith(context, self, (client, options) => unset(client, options, name)),
      ),
  );
  return [group];
}

function changeWith(
  context: Context,
  self: Command,
  work: (client: Client, options: CommonOptions) => Promise<Answer>,
): Promise<void> {
  const options = self.optsWithGlobals<CommonOptions>();
  return withNode(context, options, (client) => work(client, options));
}

/** The client in the community that the option names; null for the node as a whole. */
const communityOf = async (client: Client, options: CommonOptions) =>
  options.community === undefined ? null : client.in((await findCommunity(client, options)).id).community;

async function show(client: Client, options: CommonOptions): Promise<Answer> {
  const community = await communityOf(client, options);
  if (community !== null) return ofCommunity(await community.settings({}));
  const settings = await client.settings.get({});
  return { json: settings, text: table(['Setting', 'Value'], rowsOf(settings)) };
}

async function set(client: Client, options: CommonOptions, name: string, text: string): Promise<Answer> {
  const community = await communityOf(client, options);
  const view = await community?.settings({});
  const now = view?.inForce ?? (await client.settings.get({}));
  const patch = nested(name, typedValue(name, text, mustKnow(now, name)));
  if (community) return ofCommunity(await community.changeSettings({ set: patch }));
  const { settings } = await client.settings.set(patch);
  return { json: settings, text: `${name}  ${shownValue(mustKnow(settings, name))}` };
}

async function unset(client: Client, options: CommonOptions, name: string): Promise<Answer> {
  const community = await communityOf(client, options);
  if (community) {
    mustKnow((await community.settings({})).inForce, name);
    return ofCommunity(await community.changeSettings({ unset: [name] }));
  }
  const { settings } = await client.settings.set(nested(name, mustKnow(defaultSettings, name)));
  return { json: settings, text: `${name}  ${shownValue(mustKnow(settings, name))}` };
}

function ofCommunity(view: CommunitySettingsView): Answer {
  const own = settingsIn(view.own);
  const rows = rowsOf(view.inForce).map(([name, value]) => [
    name,
    value,
    own.has(name) ? 'its own' : 'the node',
  ]);
  return { json: view, text: table(['Setting', 'Value', 'From'], rows) };
}

const rowsOf = (settings: object): [name: string, value: string][] =>
  [...settingsIn(settings)].map(([name, value]) => [name, shownValue(value)]);

function mustKnow(settings: object, name: string): unknown {
  const all = settingsIn(settings);
  if (all.has(name)) return all.get(name);
  throw problem('no-setting', { name, known: [...all.keys()].join(', ') });
}

/** A patch with one value. */
function nested(name: string, value: unknown): Record<string, Record<string, unknown>> {
  const [section = '', key = ''] = name.split('.');
  return { [section]: { [key]: value } };
}
