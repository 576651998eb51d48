import { t } from '../../messages/en.ts';
import { useAppearance, type Appearance } from '../../theme/appearance.ts';
import { Badge, Key, Panel, Select } from '../../ui/index.ts';
import { Row } from './Row.tsx';

const words = t.settings.appearance;

const options = <T extends string>(labels: Record<T, string>): { value: T; label: string }[] =>
  (Object.keys(labels) as T[]).map((value) => ({ value, label: labels[value] }));

/** Theme, density and motion of this screen. */
export function AppearanceSection() {
  const { theme, density, motion, change } = useAppearance();
  return (
    <Panel title={t.settings.sections.appearance}>
      <Row
        label={words.theme}
        hint={words.themeHint}
        control={
          <Select<Appearance['theme']>
            bare
            label={words.theme}
            value={theme}
            onChange={(value) => change({ theme: value })}
            options={options(words.themes)}
          />
        }
      />
      <Row
        label={words.density}
        hint={words.densityHint}
        control={
          <Select<Appearance['density']>
            bare
            label={words.density}
            value={density}
            onChange={(value) => change({ density: value })}
            options={options(words.densities)}
          />
        }
      />
      <Row
        label={words.motion}
        hint={words.motionHint}
        control={
          <Select<Appearance['motion']>
            bare
            label={words.motion}
            value={motion}
            onChange={(value) => change({ motion: value })}
            options={options(words.motions)}
          />
        }
      />
      <p className="setting-sample">
        {words.sample} <Badge tone="green">{t.common.finality.certified(1).word}</Badge>{' '}
        <Badge tone="cyan">{t.common.peers(9)}</Badge>{' '}
        <Badge tone="amber">{t.common.severity.attention}</Badge>{' '}
        <Badge tone="red">{t.common.severity.danger}</Badge> <Key shortcut="ctrl+k" />
      </p>
    </Panel>
  );
}
