import { useEffect, useState } from 'react';
import { calls as words } from '../../messages/calls.ts';
import { changesOf, Throttle } from './announce.ts';
import { callChoices } from './choices.ts';
import type { CurrentCall } from './current.ts';
import { useSaidWords } from './useSaidWords.ts';
import type { CallView } from './session-view.ts';
import type { CallUi } from './useCallUi.ts';

/** A speaker is told at most this often, so that the call can still be heard. */
const SPEAKER_PAUSE_MS = 6_000;
const { said } = words;

/** Changes between two views of a call, in sentences. */
function sentencesOf(before: CallView, now: CallView, chatShown: boolean): string[] {
  const nameOf = (id: string) => now.call?.participants.find((one) => one.id === id)?.person.handle ?? '';
  const told: string[] = [];
  if (before.call !== null && now.call !== null && before.call !== now.call)
    told.push(...changesOf(before.call, now.call, now.me));
  const isHeard = (view: CallView) => view.own.get('microphone')?.muted === false;
  if (isHeard(before) !== isHeard(now) && now.silenced === before.silenced)
    told.push(isHeard(now) ? said.unmuted : said.muted);
  if (before.own.has('camera') !== now.own.has('camera'))
    told.push(now.own.has('camera') ? said.cameraOn : said.cameraOff);
  if (before.own.has('screen') !== now.own.has('screen'))
    told.push(now.own.has('screen') ? said.sharing : said.notSharing);
  for (const { key, from, emoji } of now.reactions)
    if (from !== now.me && !before.reactions.some((one) => one.key === key)) {
      const name = words.reactions.find(([one]) => one === emoji)?.[1] ?? emoji;
      told.push(words.reacts(nameOf(from), name));
    }
  if (!chatShown)
    for (const line of now.lines)
      if (line.from !== now.me && !before.lines.includes(line))
        told.push(said.wrote(line.person.handle, line.text));
  return told;
}

/** Tells screen readers what happens in the call. */
export function Said({ call, ui }: { call: CurrentCall; ui: CallUi }) {
  const [text, setText] = useState('');
  const [speaker, setSpeaker] = useState('');
  const chatShown = ui.side === 'chat';
  const { view } = call.session;
  useEffect(() => {
    const throttle = new Throttle(SPEAKER_PAUSE_MS);
    let told: string | null = null;
    return view.subscribe((now, before) => {
      const sentences = sentencesOf(before, now, chatShown);
      if (sentences.length > 0) setText(sentences.join(' '));
      const { speaker: id, me } = now;
      if (id === null || id === me || id === told || !callChoices.getState().tellSpeaker) return;
      if (!throttle.allows(Date.now())) return;
      told = id;
      const name = now.call?.participants.find((one) => one.id === id)?.person.handle;
      if (name !== undefined) setSpeaker(said.speaks(name));
    });
  }, [view, chatShown]);
  const secret = useSaidWords(call.secrecy);
  return (
    <div className="hidden-visually">
      <p role="status">{text}</p>
      <p role="status">{secret}</p>
      <p role="status">{speaker}</p>
    </div>
  );
}
