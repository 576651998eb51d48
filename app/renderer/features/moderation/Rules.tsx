import { useState } from 'react';
import { Role } from '../../../contract/index.ts';
import type { ModerationRules } from '../../../contract/index.ts';
import { problemOf, useClient } from '../../bridge/index.ts';
import { common } from '../../messages/common.ts';
import { moderation } from '../../messages/moderation.ts';
import { Button, Loading, Panel, ProblemNotice, LiveRegion, Select, TextField } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';
import { useStateFor } from '../useStateFor.ts';

const words = moderation.rules;
type NumberRule = keyof typeof words.fields;

const groups: readonly (readonly [keyof typeof words.groups, readonly NumberRule[]])[] = [
  ['rate', ['perMinute', 'perMinuteNew', 'sameText', 'links', 'linksNew']],
  ['fresh', ['newForDays', 'newUntilMessages']],
  ['trust', ['trustedAfterDays', 'trustedAfterMessages']],
  ['imports', []],
  ['flood', ['flood', 'deadlineMs']],
];

/** The rules beside the models: rates, links, who is new and who is trusted. Each is saved when changed. */
export function Rules() {
  const client = useClient();
  const asked = useCall(() => client.moderation.rules({}));
  const [rules, setRules] = useStateFor<ModerationRules | null>(asked.data, asked.data);
  const save = async (patch: Partial<ModerationRules>) => setRules(await client.moderation.setRules(patch));
  return (
    <Panel title={words.title} level={1} className="moderation-page">
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{moderation.again}</Button>}
        />
      )}
      {rules === null && !asked.problem && <Loading what={words.loading} />}
      {rules !== null && (
        <div className="rules">
          {groups.map(([group, fields]) => (
            <section key={group} aria-label={words.groups[group]}>
              <h2 className="moderation-sub">{words.groups[group]}</h2>
              {group === 'trust' && <RoleField field="trustedRole" value={rules.trustedRole} save={save} />}
              {group === 'imports' && <RoleField field="importRole" value={rules.importRole} save={save} />}
              {fields.map((field) => (
                <NumberField key={field} field={field} value={rules[field]} save={save} />
              ))}
            </section>
          ))}
        </div>
      )}
    </Panel>
  );
}

type Save = (patch: Partial<ModerationRules>) => Promise<void>;
type RoleRule = keyof typeof words.roleFields;

function RoleField({ field, value, save }: { field: RoleRule; value: Role; save: Save }) {
  const [label = '', hint] = words.roleFields[field];
  const [said, setSaid] = useState('');
  return (
    <div className="rule">
      <Select
        label={label}
        hint={hint}
        value={value}
        onChange={(role) =>
          void save({ [field]: role }).then(
            () => setSaid(words.saved(label)),
            (error: unknown) => setSaid(words.notSaved(label, problemOf(error).message)),
          )
        }
        options={Role.options.map((role) => ({ value: role, label: common.roles[role] }))}
      />
      <LiveRegion>{said}</LiveRegion>
    </div>
  );
}

function NumberField({ field, value, save }: { field: NumberRule; value: number; save: Save }) {
  const [label = '', hint, unit = ''] = words.fields[field];
  const [typed, setTyped] = useStateFor(value, String(value));
  const [said, setSaid] = useState('');
  const least = field === 'deadlineMs' ? 100 : 0;
  const most = field === 'deadlineMs' ? 60_000 : 1_000_000;
  const number = /^\s*\d+\s*$/.test(typed) ? Number(typed) : Number.NaN;
  const wrong = !(number >= least && number <= most);
  const commit = async () => {
    if (wrong || number === value) return;
    try {
      await save({ [field]: number });
      setSaid(words.saved(label));
    } catch (error) {
      setSaid(words.notSaved(label, problemOf(error).message));
    }
  };
  return (
    <div className="rule">
      <TextField
        label={label}
        hint={hint}
        value={typed}
        onChange={setTyped}
        onBlur={() => void commit()}
        onEnter={() => void commit()}
        error={wrong ? (field === 'deadlineMs' ? words.wholeMs : words.whole) : null}
        unit={unit}
        inputMode="numeric"
        mono
        maxLength={9}
      />
      <LiveRegion>{said}</LiveRegion>
    </div>
  );
}
