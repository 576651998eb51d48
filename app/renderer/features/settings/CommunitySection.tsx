import { useState } from 'react';
import { CommunityName, type CommunityStatus, type Settings } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Panel, TextArea, TextField } from '../../ui/index.ts';
import { fields } from './fields.ts';
import { Row } from './Row.tsx';
import { SettingRow, type Save } from './SettingRow.tsx';
import { useStateFor } from '../useStateFor.ts';

/** The names of the community and of this node. */
export function CommunitySection({
  status,
  settings,
  save,
}: {
  status: CommunityStatus;
  settings: Settings;
  save: Save;
}) {
  return (
    <Panel title={t.settings.sections.community}>
      <Community community={status} mine={status.me.role === 'sysop'} />
      {fields.community.map((field) => (
        <SettingRow key={field.path} field={field} settings={settings} save={save} />
      ))}
    </Panel>
  );
}

function Community({ community, mine }: { community: CommunityStatus; mine: boolean }) {
  const client = useClient();
  const [name, setName] = useStateFor(community.name, community.name);
  const [description, setDescription] = useStateFor(community.description, community.description);
  const [said, setSaid] = useState({ name: '', description: '' });
  const [error, setError] = useState<string | null>(null);

  const save = async (part: 'name' | 'description', patch: { name: string } | { description: string }) => {
    const { label } = t.settings.fields[`community.${part}`];
    try {
      await client.community.update(patch);
      setSaid((before) => ({ ...before, [part]: t.settings.saved(label) }));
    } catch (failure) {
      setSaid((before) => ({ ...before, [part]: t.settings.notSaved(label, problemOf(failure).message) }));
    }
  };
  const saveName = () => {
    const checked = CommunityName.safeParse(name);
    setError(checked.success ? null : (checked.error.issues[0]?.message ?? null));
    if (checked.success && checked.data !== community.name) void save('name', { name: checked.data });
  };
  const labels = t.settings.fields;
  const hint = (text: string) => (mine ? text : t.settings.sysopOnly);
  return (
    <>
      <Row
        label={labels['community.name'].label}
        hint={hint(labels['community.name'].hint)}
        said={said.name}
        control={
          <TextField
            bare
            label={labels['community.name'].label}
            value={name}
            onChange={setName}
            onBlur={saveName}
            onEnter={saveName}
            error={error}
            isDisabled={!mine}
            maxLength={60}
          />
        }
      />
      <Row
        label={labels['community.description'].label}
        hint={hint(labels['community.description'].hint)}
        said={said.description}
        control={
          <TextArea
            bare
            rows={2}
            label={labels['community.description'].label}
            value={description}
            onChange={setDescription}
            onBlur={() => {
              if (description.trim() !== community.description)
                void save('description', { description: description.trim() });
            }}
            isDisabled={!mine}
          />
        }
      />
    </>
  );
}
