import type { CommunityClient } from '../../../contract/index.ts';
import { href } from '../../actions/route.ts';
import { useBridge, useClient } from '../../bridge/index.ts';
import { t } from '../../messages/en.ts';
import { useShown, useSettings } from '../../stores/index.ts';
import { Button, Loading, Notice, Panel, ProblemNotice } from '../../ui/index.ts';
import type { ConsoleFeature } from '../../feature.ts';
import { useDoing } from '../useDoing.ts';
import { AppearanceSection } from './AppearanceSection.tsx';
import { ArchiveSection } from './ArchiveSection.tsx';
import { CareSection } from './CareSection.tsx';
import { CommunitySection } from './CommunitySection.tsx';
import { FeaturesSection } from './FeaturesSection.tsx';
import { fields } from './fields.ts';
import { IdentitySection } from './IdentitySection.tsx';
import { MembershipSection } from './MembershipSection.tsx';
import { NetworkSection } from './NetworkSection.tsx';
import { OwnSection } from './OwnSection.tsx';
import { SettingRow, type Save } from './SettingRow.tsx';
import './settings.css';

type SectionId = keyof typeof t.settings.sections;
const rooms = Object.keys(t.settings.elsewhere) as (keyof typeof t.settings.elsewhere)[];
const ids = Object.keys(t.settings.sections) as SectionId[];

/** Every setting with its effect beside it. Changes are saved at once, and the row says so. */
export function SettingsView({ path, features }: { path: string[]; features: readonly ConsoleFeature[] }) {
  useDoing(t.shell.rooms.settings);
  const section = ids.find((id) => id === path[0]) ?? 'appearance';
  const others = features.flatMap(({ name, settings }) => (settings ? [{ name, ...settings }] : []));
  const other = others.find(({ name }) => name === path[0]);
  return (
    <div className="page settings">
      <nav aria-label={t.settings.list} className="settings-nav">
        <ul>
          {ids.map((id) => (
            <li key={id}>
              <a
                href={href('settings', id)}
                aria-current={other === undefined && id === section ? 'true' : undefined}
              >
                {t.settings.sections[id]}
              </a>
            </li>
          ))}
          {others.map(({ name, title }) => (
            <li key={name}>
              <a href={href('settings', name)} aria-current={name === other?.name ? 'true' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
        <ul className="settings-elsewhere">
          {rooms.map((room) => (
            <li key={room}>
              <a href={href(room)}>
                {t.settings.elsewhere[room]} <span className="soft small">{t.settings.elsewhereHint}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="settings-body">
        {other === undefined ? <Section id={section} features={features} /> : <FeatureSection {...other} />}
      </div>
    </div>
  );
}

function Section({ id, features }: { id: SectionId; features: readonly ConsoleFeature[] }) {
  const client = useClient();
  const { kind } = useBridge();
  const settings = useSettings();
  const shown = useShown();
  if (id === 'appearance') return <AppearanceSection />;
  if (id === 'care') return <CareSection />;
  if (id === 'archive') return <ArchiveSection />;
  if (id === 'identity') return shown && <IdentitySection status={shown.node} />;
  if (id === 'own')
    return shown && <OwnSection key={shown.community.id} community={shown.community} features={features} />;

  if (settings.value === null) return <Unread title={t.settings.sections[id]} settings={settings} />;
  const save = saveOf(client, settings);
  if (id === 'community')
    return (
      shown && (
        <>
          <CommunitySection status={shown.community} settings={settings.value} save={save} />
          <MembershipSection id={shown.community.id} />
        </>
      )
    );
  const held = settings.value;
  if (id === 'features') return <FeaturesSection settings={held} save={save} />;
  if (id === 'network') return <NetworkSection settings={held} save={save} />;
  return (
    <Panel title={t.settings.sections[id]}>
      {id === 'desktop' && kind !== 'shell' && <Notice title={t.settings.desktopOnly} />}
      {fields[id].map((field) => (
        <SettingRow key={field.path} field={field} settings={held} save={save} />
      ))}
    </Panel>
  );
}

/** Stands in place of a section while the settings are unread. */
function Unread({ title, settings }: { title: string; settings: ReturnType<typeof useSettings> }) {
  return (
    <Panel title={title}>
      {settings.problem === null ? (
        <Loading what={t.settings.loading} />
      ) : (
        <ProblemNotice
          problem={settings.problem}
          action={<Button onPress={() => void settings.refresh()}>{t.common.tryAgain}</Button>}
        />
      )}
    </Panel>
  );
}

const saveOf =
  (client: CommunityClient, settings: ReturnType<typeof useSettings>): Save =>
  async (patch) => {
    await client.settings.set(patch);
    await settings.refresh();
  };

/** The settings of a feature. */
function FeatureSection({ title, fields: own }: NonNullable<ConsoleFeature['settings']>) {
  const client = useClient();
  const settings = useSettings();
  if (settings.value === null) return <Unread title={title} settings={settings} />;
  const { value } = settings;
  return (
    <Panel title={title}>
      {own.map((field) => (
        <SettingRow key={field.path} field={field} settings={value} save={saveOf(client, settings)} />
      ))}
    </Panel>
  );
}
