import type { Settings } from '../../../contract/index.ts';
import { t } from '../../messages/en.ts';
import { useFederation } from '../../stores/index.ts';
import { Panel } from '../../ui/index.ts';
import { directBlock, fields } from './fields.ts';
import { SettingRow, type Save } from './SettingRow.tsx';

/** The network settings, with the doctor’s findings where they decide whether a setting has an effect. */
export function NetworkSection({ settings, save }: { settings: Settings; save: Save }) {
  const doctor = useFederation().value?.doctor ?? null;
  return (
    <Panel title={t.settings.sections.network}>
      {fields.network.map((field) => (
        <SettingRow
          key={field.path}
          field={field}
          settings={settings}
          save={save}
          blocked={field.path === 'network.holePunching' ? directBlock(doctor, settings.network) : null}
        />
      ))}
    </Panel>
  );
}
