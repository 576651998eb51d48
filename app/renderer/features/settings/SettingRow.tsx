import { useState } from 'react';
import type { SettingsPatch } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Select, Switch, TextArea, TextField } from '../../ui/index.ts';
import { Row } from './Row.tsx';
import { SourceSelect, type Source } from './SourceRow.tsx';
import { check, shownText, typedNumber, valueAt, wordsOf, type Field } from './fields.ts';
import { useStateFor } from '../useStateFor.ts';

export type Save = (patch: SettingsPatch) => Promise<void>;

/** One setting: its label, effect and value, and the result of the last change. */
export function SettingRow({
  field,
  settings,
  save,
  blocked = null,
  source = null,
}: {
  field: Field;
  /** The settings that hold its value. */
  settings: object;
  save: Save;
  /** Why the setting has no effect now, and the remedy: it cannot be changed then. */
  blocked?: { readonly finding: string; readonly remedy: string | null } | null;
  /** For a setting of a community: without a value of its own, there is none to change. */
  source?: Source | null;
}) {
  const words = wordsOf(field);
  const value = valueAt(settings, field.path);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const held = shownText(field, value);
  const [draft, setDraft] = useStateFor<string | null>(held, null);

  const commit = async (next: unknown) => {
    if (next === value || next === held) {
      setError(null);
      return;
    }
    const checked = check(field, next);
    if (!checked.ok) {
      setError(checked.why);
      setSaid('');
      return;
    }
    setError(null);
    setSaid(t.settings.saving(words.label));
    try {
      await save(checked.patch);
      setDraft(null);
      setSaid(t.settings.saved(words.label));
    } catch (failure) {
      setSaid(t.settings.notSaved(words.label, problemOf(failure).message));
    }
  };

  const shown = draft ?? held;
  const commitText = () => {
    if (draft === null) return;
    void commit(field.kind === 'number' ? typedNumber(field, draft) : draft.trim());
  };
  const control =
    field.kind === 'switch' ? (
      <Switch
        bare
        label={words.label}
        value={value === true}
        onChange={(next) => void commit(next)}
        isDisabled={blocked !== null}
      />
    ) : field.kind === 'select' ? (
      <Select
        bare
        label={words.label}
        value={String(value)}
        onChange={(next) => void commit(next)}
        options={Object.entries(words.options ?? {}).map(([id, label]) => ({ value: id, label }))}
      />
    ) : field.kind === 'addresses' || field.kind === 'lines' ? (
      <TextArea
        bare
        mono
        rows={2}
        label={words.label}
        value={shown}
        onChange={setDraft}
        onBlur={commitText}
        error={error}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          commitText();
        }}
      />
    ) : (
      <TextField
        bare
        label={words.label}
        value={shown}
        onChange={setDraft}
        onBlur={commitText}
        onEnter={commitText}
        error={error}
        mono={field.kind === 'number'}
        {...(field.kind === 'secret' ? { type: 'password' as const, autoComplete: 'off' } : {})}
        inputMode={field.kind === 'number' ? 'numeric' : 'text'}
        {...(words.none === undefined ? {} : { placeholder: words.none })}
        {...(words.unit === undefined ? {} : { unit: words.unit })}
      />
    );
  return (
    <Row
      label={words.label}
      hint={words.hint}
      finding={
        blocked !== null && (
          <>
            <span className="strong">{blocked.finding}</span> {blocked.remedy}
          </>
        )
      }
      said={said}
      control={
        source === null ? (
          control
        ) : (
          <div className="setting-source">
            <SourceSelect label={words.label} source={source} say={setSaid} />
            {source.isOwn && control}
          </div>
        )
      }
    />
  );
}
