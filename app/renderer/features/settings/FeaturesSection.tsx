import { useState } from 'react';
import { optionalFeatures, type Settings } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Panel, Switch } from '../../ui/index.ts';
import { Row } from './Row.tsx';
import type { Save } from './SettingRow.tsx';

const words = t.settings.features;

type Name = (typeof optionalFeatures)[number];

/** Features that a sysop may turn off, each with what that means. */
export function FeaturesSection({ settings, save }: { settings: Settings; save: Save }) {
  return (
    <Panel title={t.settings.sections.features}>
      <p className="soft measure settings-why">{words.why}</p>
      <FeatureSwitches off={settings.features.off} save={(off) => save({ features: { off } })} />
    </Panel>
  );
}

/** A switch for each feature that may be off; `save` receives those that are off from now on. */
export function FeatureSwitches({
  off,
  save,
}: {
  off: readonly Name[];
  save: (off: Name[]) => Promise<void>;
}) {
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const turn = async (name: Name, on: boolean) => {
    const { label } = words.names[name];
    try {
      await save(on ? off.filter((one) => one !== name) : [...off, name]);
      setSaid({ [name]: t.settings.saved(label) });
    } catch (error) {
      setSaid({ [name]: t.settings.notSaved(label, problemOf(error).message) });
    }
  };
  return optionalFeatures.map((name) => (
    <Row
      key={name}
      label={words.names[name].label}
      hint={words.names[name].means}
      said={said[name] ?? ''}
      control={
        <Switch
          bare
          label={words.names[name].label}
          value={!off.includes(name)}
          onChange={(on) => void turn(name, on)}
          on={words.on}
          off={words.off}
        />
      }
    />
  ));
}
