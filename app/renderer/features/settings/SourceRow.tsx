import { useState } from 'react';
import { problemOf } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { Select } from '../../ui/index.ts';
import { Row } from './Row.tsx';

/** Whether a community has its own value of a setting, the node's value in words, and how to choose. */
export interface Source {
  readonly isOwn: boolean;
  readonly ofNode: string;
  readonly choose: (isOwn: boolean) => Promise<void>;
}

/** Chooses between the value of the node and one of the community's own; says how it went. */
export function SourceSelect({
  label,
  source,
  say,
}: {
  label: string;
  source: Source;
  say: (text: string) => void;
}) {
  const words = t.settings.own;
  const choose = async (isOwn: boolean) => {
    if (isOwn === source.isOwn) return;
    say(t.settings.saving(label));
    try {
      await source.choose(isOwn);
      say(t.settings.saved(label));
    } catch (failure) {
      say(t.settings.notSaved(label, problemOf(failure).message));
    }
  };
  return (
    <Select<'node' | 'own'>
      bare
      label={words.source(label)}
      value={source.isOwn ? 'own' : 'node'}
      onChange={(next) => void choose(next === 'own')}
      options={[
        { value: 'node', label: words.asNode(source.ofNode) },
        { value: 'own', label: words.ownValue },
      ]}
    />
  );
}

/** A setting of a community whose own value is changed elsewhere. */
export function SourceRow({ label, hint, source }: { label: string; hint: string; source: Source }) {
  const [said, setSaid] = useState('');
  return (
    <Row
      label={label}
      hint={hint}
      said={said}
      control={<SourceSelect label={label} source={source} say={setSaid} />}
    />
  );
}
