import { useStore } from 'zustand';
import { calls as words } from '../../messages/calls.ts';
import { Select, Switch } from '../../ui/index.ts';
import { callChoices, type CallChoices } from './choices.ts';
import type { DeviceChoice } from './devices.ts';
import { useDevices } from './useDevices.ts';

const { devices: text } = words;
const qualities = ['auto', '360p', '720p', '1080p', 'audio'] as const;

interface DeviceFieldsProps {
  /** Changes when the names of devices may have become known. */
  readonly asked: unknown;
  readonly audioOnly: boolean;
  readonly onChange: (patch: Partial<CallChoices>) => void;
}

/** The choice of devices, sound processing and quality. */
export function DeviceFields({ asked, audioOnly, onChange }: DeviceFieldsProps) {
  const choices = useStore(callChoices);
  const { microphones, cameras, speakers } = useDevices(asked);
  return (
    <div className="device-fields">
      <DeviceSelect
        label={text.microphone}
        none={text.noMicrophone}
        value={choices.microphone}
        devices={microphones}
        onChange={(microphone) => onChange({ microphone })}
      />
      {!audioOnly && (
        <DeviceSelect
          label={text.camera}
          none={text.noCamera}
          value={choices.camera}
          devices={cameras}
          onChange={(camera) => onChange({ camera })}
        />
      )}
      {speakers.length > 0 ? (
        <DeviceSelect
          label={text.speaker}
          none={text.system}
          value={choices.speaker}
          devices={speakers}
          onChange={(speaker) => onChange({ speaker })}
        />
      ) : (
        <p className="soft small">{text.noSpeakers}</p>
      )}
      {!audioOnly && (
        <Select
          label={text.quality}
          value={choices.quality}
          onChange={(quality) => onChange({ quality })}
          options={qualities.map((value) => ({ value, label: text.qualities[value] }))}
        />
      )}
      <div className="calls-switches" role="group" aria-label={text.sound}>
        <Switch
          label={text.noiseSuppression}
          value={choices.noiseSuppression}
          onChange={(noiseSuppression) => onChange({ noiseSuppression })}
        />
        <Switch
          label={text.echoCancellation}
          value={choices.echoCancellation}
          onChange={(echoCancellation) => onChange({ echoCancellation })}
        />
        <Switch
          label={text.autoGain}
          value={choices.autoGain}
          onChange={(autoGain) => onChange({ autoGain })}
        />
      </div>
    </div>
  );
}

interface DeviceSelectProps {
  readonly label: string;
  readonly none: string;
  readonly value: string;
  readonly devices: readonly DeviceChoice[];
  readonly onChange: (id: string) => void;
}

function DeviceSelect({ label, none, value, devices, onChange }: DeviceSelectProps) {
  // Before the person has allowed the use of devices, they have neither ids nor names.
  const known = devices.filter(({ id }) => id !== '');
  const isKnown = known.some(({ id }) => id === value);
  return (
    <Select
      label={label}
      value={isKnown ? value : ''}
      onChange={onChange}
      isDisabled={devices.length === 0}
      options={[
        { value: '', label: devices.length === 0 ? none : text.system },
        ...known.map((device, n) => ({
          value: device.id,
          label: device.label === '' ? text.unnamed(label, n + 1) : device.label,
        })),
      ]}
    />
  );
}
