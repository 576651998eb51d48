import { useEffect, useState, type ReactNode } from 'react';
import type { Settings, SettingsPatch } from '../../../contract/index.ts';
import { problemOf } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Said, Select, Switch, TextField } from '../../ui/index.ts';
import { check, shownNumber, typedNumber, valueAt, type Field } from './fields.ts';

export type Save = (patch: SettingsPatch) => Promise<readonly string[]>;

/** One setting: what it is called, what it does, its value, and what came of the last change. */
export function SettingRow({ field, settings, save }: { field: Field; settings: Settings; save: Save }) {
  const words: { label: string; hint: string; unit?: string; options?: Record<string, string> } =
    t.settings.fields[field.path];
  const value = valueAt(settings, field.path);
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  useEffect(() => setDraft(null), [value]);

  const commit = async (next: unknown) => {
    if (next === value) {
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
      const restart = await save(checked.patch);
      const waits = restart.includes(field.path);
      setSaid(waits ? t.settings.savedRestart(words.label) : t.settings.saved(words.label));
    } catch (failure) {
      setSaid(t.settings.notSaved(words.label, problemOf(failure).message));
    }
  };

  const shown = draft ?? (field.kind === 'number' ? shownNumber(field, value) : String(value ?? ''));
  const commitText = () => {
    if (draft === null) return;
    void commit(field.kind === 'number' ? typedNumber(field, draft) : draft.trim());
  };
  return (
    <Row
      label={words.label}
      hint={words.hint}
      said={said}
      control={
        field.kind === 'switch' ? (
          <Switch bare label={words.label} value={value === true} onChange={(next) => void commit(next)} />
        ) : field.kind === 'select' ? (
          <Select
            bare
            label={words.label}
            value={String(value)}
            onChange={(next) => void commit(next)}
            options={Object.entries(words.options ?? {}).map(([id, label]) => ({ value: id, label }))}
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
            inputMode={field.kind === 'number' ? 'numeric' : 'text'}
            {...(words.unit === undefined ? {} : { unit: words.unit })}
          />
        )
      }
    />
  );
}

/** Label and effect at the left, the control at the right, what happened below. */
export function Row({
  label,
  hint,
  control,
  said,
}: {
  label: string;
  hint: ReactNode;
  control: ReactNode;
  said?: string;
}) {
  return (
    <div className="setting">
      <div className="setting-text">
        <p className="strong">{label}</p>
        <p className="soft small">{hint}</p>
      </div>
      <div className="setting-control">{control}</div>
      {said !== undefined && (
        <div className="setting-said">
          <Said>{said}</Said>
        </div>
      )}
    </div>
  );
}
