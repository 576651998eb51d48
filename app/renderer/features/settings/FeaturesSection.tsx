import { useState } from 'react';
import { optionalFeatures, type Settings } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Panel, Switch } from '../../ui/index.ts';
import { Row, type Save } from './SettingRow.tsx';

const words = t.settings.features;

/** Features that a sysop may turn off, each with what that means. */
export function FeaturesSection({ settings, save }: { settings: Settings; save: Save }) {
  const [said, setSaid] = useState<Readonly<Record<string, string>>>({});
  const { off } = settings.features;
  const turn = async (name: (typeof optionalFeatures)[number], on: boolean) => {
    const { label } = words.names[name];
    try {
      await save({ features: { off: on ? off.filter((one) => one !== name) : [...off, name] } });
      setSaid({ [name]: t.settings.saved(label) });
    } catch (error) {
      setSaid({ [name]: t.settings.notSaved(label, problemOf(error).message) });
    }
  };
  return (
    <Panel title={t.settings.sections.features}>
      <p className="soft measure settings-why">{words.why}</p>
      {optionalFeatures.map((name) => (
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
      ))}
    </Panel>
  );
}
