import type { CommunitySettingsView, CommunityStatus, OwnSettings } from '../../../contract/index.ts';
import { communitySettingNames, optionalFeatures } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import type { ConsoleFeature } from '../../feature.ts';
import { t } from '../../messages/en.ts';
import { bytes } from '../../messages/format.ts';
import { Button, Loading, Meter, Panel, ProblemNotice } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { useStateFor } from '../useStateFor.ts';
import { FeatureSwitches } from './FeaturesSection.tsx';
import { fields, valueAt, valueWords, type Field } from './fields.ts';
import { SettingRow } from './SettingRow.tsx';
import { SourceRow, type Source } from './SourceRow.tsx';

const words = t.settings.own;
const OFF = 'features.off';

/** A change of the settings that this community has of its own. */
type Change = (change: { set?: OwnSettings; unset?: string[] }) => Promise<void>;

/** The settings of the community that is shown: each follows the node, or has a value of its own. */
export function OwnSection({
  community,
  features,
}: {
  community: CommunityStatus;
  features: readonly ConsoleFeature[];
}) {
  const client = useClient();
  // Somebody may change the quota elsewhere while it is shown.
  const asked = useCall(() => client.community.settings({}), [community.id, community.space.quotaBytes]);
  const [changed, setChanged] = useStateFor<CommunitySettingsView | null>(asked.data, null);
  const view = changed ?? asked.data;
  const change: Change = async (wanted) => setChanged(await client.community.changeSettings(wanted));
  const ofFeatures = features.flatMap(({ settings }) => settings?.fields ?? []);
  const shown: Field[] = [...fields.storage, ...ofFeatures].filter(({ path }) =>
    communitySettingNames.includes(path),
  );
  return (
    <Panel title={t.settings.sections.own}>
      <p className="soft measure settings-why">{words.why(community.name)}</p>
      <Space {...community.space} />
      {asked.problem !== null && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{t.common.tryAgain}</Button>}
        />
      )}
      {view === null && asked.problem === null && <Loading what={t.settings.loading} />}
      {view !== null &&
        shown.map((field) => (
          <SettingRow
            key={field.path}
            field={field}
            settings={view.inForce}
            save={(set) => change({ set })}
            source={sourceOf(field.path, view, change, valueWords(field, valueAt(view.node, field.path)))}
          />
        ))}
      {view !== null && <Features view={view} change={change} />}
    </Panel>
  );
}

/** Where a setting has its value from, and how to choose: its own value begins as the one in force. */
const sourceOf = (path: string, view: CommunitySettingsView, change: Change, ofNode: string): Source => ({
  isOwn: valueAt(view.own, path) !== undefined,
  ofNode,
  choose: (isOwn) => {
    const [section = '', key = ''] = path.split('.');
    return change(isOwn ? { set: { [section]: { [key]: valueAt(view.inForce, path) } } } : { unset: [path] });
  },
});

function Space({ usedBytes, quotaBytes }: CommunityStatus['space']) {
  if (quotaBytes === null) return <p className="settings-space">{words.used(bytes(usedBytes))}</p>;
  return (
    <div className="settings-space">
      <Meter
        label={words.space}
        share={usedBytes / quotaBytes}
        words={words.usedOf(bytes(usedBytes), bytes(quotaBytes))}
        warnFrom={0.9}
        warning={words.nearlyFull}
      />
    </div>
  );
}

function Features({ view, change }: { view: CommunitySettingsView; change: Change }) {
  const { off } = view.inForce.features;
  const ofNode = optionalFeatures.filter((name) => view.node.features.off.includes(name));
  const names = ofNode.map((name) => t.settings.features.names[name].label);
  const source = sourceOf(OFF, view, change, words.without(names));
  return (
    <>
      <SourceRow label={t.settings.sections.features} hint={words.featuresHint} source={source} />
      {source.isOwn && (
        <div className="setting-group">
          <FeatureSwitches off={off} save={(next) => change({ set: { features: { off: next } } })} />
        </div>
      )}
    </>
  );
}
