import { useEffect, useEffectEvent, useState } from 'react';
import { useStore } from 'zustand';
import type { CallRoom } from '../../../contract/index.ts';
import { useActions } from '../../actions/registry.ts';
import { go } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { calls as words } from '../../messages/calls.ts';
import { ago } from '../../messages/format.ts';
import { useCommunity } from '../../stores/index.ts';
import { Button, Loading, Notice, Panel, Switch, useNow } from '../../ui/index.ts';
import { callChoices, choose } from './choices.ts';
import { startCall, useCurrentCall } from './current.ts';
import { DeviceFields } from './DeviceFields.tsx';
import { openCamera, openMicrophone } from './devices.ts';
import { Icon } from './icons.tsx';
import { LevelMeter } from './LevelMeter.tsx';
import { RoomMarks } from './Rooms.tsx';
import { useCanEncrypt } from './useCanEncrypt.ts';
import { usePreview } from './usePreview.ts';
import { Video } from './Video.tsx';

const { pre } = words;

/** In one sentence, what others get of this person. */
function joinsAs(hasVoice: boolean, hasCamera: boolean, muted: boolean): string {
  if (!hasVoice) return hasCamera ? pre.joinsAs.seen : pre.joinsAs.listen;
  if (muted) return hasCamera ? pre.joinsAs.mutedSeen : pre.joinsAs.muted;
  return hasCamera ? pre.joinsAs.both : pre.joinsAs.voice;
}

/** The page before a call: devices, a look at oneself, and the door. */
export function PreJoin({ room }: { room: CallRoom }) {
  const client = useClient();
  const community = useCommunity().value;
  const current = useCurrentCall();
  const choices = useStore(callChoices);
  const now = useNow();
  const wantsCamera = choices.joinWithCamera && !room.rules.audioOnly && choices.quality !== 'audio';
  const { microphone: chosen, noiseSuppression, echoCancellation, autoGain } = choices;
  const microphone = usePreview(
    true,
    JSON.stringify([chosen, noiseSuppression, echoCancellation, autoGain]),
    () => openMicrophone(choices),
  );
  const camera = usePreview(wantsCamera, JSON.stringify([choices.camera, choices.quality]), () =>
    openCamera(choices),
  );
  const isOpening = microphone.isOpening || camera.isOpening;
  const others = current !== null && current.session.view.getState().phase !== 'ended' ? current : null;
  const canEncrypt = useCanEncrypt(room.rules.encrypted);
  const canJoin = room.refusal === null && community !== null && canEncrypt !== false;

  const [wishes, setWishes] = useState(false);

  const enter = () => {
    if (!canJoin) return;
    startCall({
      client,
      community: community.id,
      room,
      microphone: microphone.take(),
      camera: camera.take(),
    });
  };
  /** Who presses before the devices are open joins as soon as they are; who presses once more, without them. */
  const join = () => {
    if (isOpening && !wishes) setWishes(true);
    else enter();
  };
  const enterNow = useEffectEvent(enter);
  useEffect(() => {
    if (wishes && !isOpening) enterNow();
  }, [wishes, isOpening]);
  useActions([
    {
      id: 'calls.rooms',
      label: words.acts.rooms,
      section: 'view',
      shortcut: 'u',
      line: true,
      run: () => go('calls'),
    },
  ]);
  const names = room.participants.map(({ handle }) => handle);
  return (
    <div className="prejoin">
      <Panel title={pre.title(room.title)} level={1} className="prejoin-look">
        <div className="prejoin-picture">
          {camera.track !== null ? (
            <Video track={camera.track} mirrored={choices.mirror} />
          ) : (
            <p className="prejoin-off soft">
              <Icon name="cameraOff" size={36} />
              {isOpening ? pre.looking : pre.cameraOff}
            </p>
          )}
        </div>
        {microphone.track !== null ? (
          <div className="prejoin-level">
            <Icon name="microphone" />
            <LevelMeter track={microphone.track} />
          </div>
        ) : (
          !microphone.isOpening && (
            <p className="prejoin-level soft">
              <Icon name="microphoneOff" /> {pre.microphoneOff}
            </p>
          )
        )}
        <div className="prejoin-facts">
          <p>
            {pre.others(names)} <RoomMarks rules={room.rules} />
          </p>
          {room.startsAt !== null && room.startsAt > now && (
            <p className="amber">{pre.starts(ago(room.startsAt, now))}</p>
          )}
          {room.rules.waitingRoom && <p className="soft">{pre.askWhy}</p>}
          {others !== null && <p className="amber">{pre.leaveOther(others.room.title)}</p>}
        </div>
        <p className="strong" role="status">
          {isOpening
            ? wishes
              ? pre.joinsSoon
              : pre.looking
            : joinsAs(microphone.track !== null, camera.track !== null, choices.joinMuted)}
        </p>
        <div className="prejoin-door">
          <Button kind="main" onPress={join} isDisabled={!canJoin} autoFocus className="prejoin-join">
            {room.rules.waitingRoom ? pre.ask : pre.join}
          </Button>
          <div className="calls-switches">
            <Switch
              label={pre.muted}
              value={choices.joinMuted}
              onChange={(joinMuted) => choose({ joinMuted })}
            />
            {!room.rules.audioOnly && (
              <Switch
                label={pre.withCamera}
                value={choices.joinWithCamera}
                onChange={(joinWithCamera) => choose({ joinWithCamera })}
              />
            )}
          </div>
        </div>
        {canEncrypt === false && (
          <Notice severity="attention" title={words.secrecy.unable.message} live>
            {words.secrecy.unable.remedy}
          </Notice>
        )}
        {room.refusal !== null && (
          <Notice severity="attention" title={room.refusal.message}>
            {room.refusal.remedy}
          </Notice>
        )}
      </Panel>
      <Panel title={words.devices.title} className="prejoin-devices">
        {microphone.isOpening && <Loading what={pre.looking} />}
        <div className="calls-stack">
          {(['microphone', 'camera'] as const).map((source) => {
            const fault = source === 'microphone' ? microphone.fault : camera.fault;
            if (fault === null) return null;
            const told = words.devices.faults[source](fault);
            return (
              <Notice key={source} severity="attention" title={told.message} live>
                {told.remedy}
              </Notice>
            );
          })}
          <DeviceFields
            asked={`${microphone.track?.id} ${camera.track?.id}`}
            audioOnly={room.rules.audioOnly}
            onChange={choose}
          />
        </div>
      </Panel>
    </div>
  );
}
