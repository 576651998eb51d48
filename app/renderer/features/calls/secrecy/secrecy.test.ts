import { describe, expect, test, vi } from 'vitest';
import type { Epoch } from './epoch.ts';
import { CallSession } from '../session.ts';
import { ManualTimers, MemoryMedia, participantOf, ScriptedHost, settled, stateOf } from '../test-call.ts';
import { Secrecy, type PeerView } from './secrecy.ts';
import { didFor, identityOf, room } from './test-secrecy.ts';
import { WORD_COUNT, wordsOf } from './words.ts';

/** A session of Ada in an encrypted room of a scripted host. */
async function encryptedCall(identity = identityOf('ada')) {
  const host = new ScriptedHost();
  const timers = new ManualTimers();
  const sent: (Epoch & { me: string })[] = [];
  const frames = {
    send: (me: string, epoch: Epoch) => void sent.push({ me, ...epoch }),
    receive: vi.fn(),
    forget: vi.fn(),
    close: vi.fn(),
  };
  const secrecy = new Secrecy({ room, identity, frames, timers, now: () => 0 });
  const media = new MemoryMedia();
  const session = new CallSession({ door: secrecy.door(host), media, timers, now: () => 0 });
  const run = session.run();
  await settled();
  await host.open();
  const whispers = () => host.asked.filter((request) => request.type === 'whisper');
  return { host, timers, sent, frames, secrecy, session, run, whispers };
}

const person = (name: string, id: string) =>
  participantOf(id, { person: { did: didFor(name), handle: name, role: 'member' } });

/** A greeting, as another console signs it. */
async function greetingOf(name: string, participant: string, key: string): Promise<string> {
  return JSON.stringify({ v: 1, hello: { key, ...(await identityOf(name).sign({ participant, key })) } });
}

const key = async () => {
  const pair = (await crypto.subtle.generateKey({ name: 'X25519' }, true, ['deriveBits'])) as CryptoKeyPair;
  return Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey)).toString('base64url');
};

const until = (check: () => void) => vi.waitFor(check, { interval: 5, timeout: 3000 });

describe('the way into an encrypted call', () => {
  test('[CE2] leads over a key of the stay: it is made before the join, and told after it', async () => {
    const { host, sent, whispers } = await encryptedCall();
    await host.admit('ada-0001');
    await until(() => expect(whispers()).toHaveLength(1));
    expect(sent.map(({ me }) => me)).toEqual(['ada-0001']);
    expect(host.types()).toEqual(['join', 'whisper']);
    expect(whispers()[0]).toMatchObject({ to: null, data: expect.stringContaining('"hello"') });
  });

  test('ends if the node does not sign the key', async () => {
    const identity = { ...identityOf('ada'), sign: () => Promise.reject(new Error('No.')) };
    const { host, session, run } = await encryptedCall(identity);
    await host.admit('ada-0001');
    await run;
    expect(session.view.getState()).toMatchObject({ phase: 'ended', ended: { reason: 'refused' } });
    expect(host.types()).toEqual([]);
  });

  test('[CE2] makes a new key for a new stay, and none where only the media are made anew', async () => {
    const { host, timers, sent, whispers } = await encryptedCall();
    await host.admit('ada-0001');
    await until(() => expect(whispers()).toHaveLength(1));
    await host.tell({ type: 'rejoin', token: 'r'.repeat(20), capabilities: {} });
    await until(() => expect(host.types()).toEqual(['join', 'whisper', 'join']));
    await host.tell('break');
    timers.run();
    await settled();
    await host.open();
    await host.admit('ada-0002');
    await until(() => expect(whispers()).toHaveLength(2));
    expect(sent.map(({ me }) => me)).toEqual(['ada-0001', 'ada-0002']);
    expect(whispers()[0]).not.toEqual(whispers()[1]);
  });
});

describe('[CE9] the words', () => {
  test('appear once every key is checked, and go when somebody comes whose key is not', async () => {
    const { host, timers, secrecy, whispers } = await encryptedCall();
    const words = () => secrecy.view.getState().words;
    await host.admit('ada-0001');
    await until(() => expect(whispers()).toHaveLength(1));
    const both = [person('ada', 'ada-0001'), person('ben', 'ben-0001')];
    await host.tell({ type: 'state', state: stateOf(both) });
    expect(words()).toBeNull();
    await host.tell({
      type: 'whisper',
      from: 'ben-0001',
      data: await greetingOf('ben', 'ben-0001', await key()),
    });
    await until(() => {
      timers.run();
      expect(words()).toHaveLength(WORD_COUNT);
    });
    await host.tell({ type: 'state', state: stateOf([...both, person('cleo', 'cleo-001')]) });
    expect(words()).toBeNull();
  });

  test('are missing, and the reason is shown, if a key is not genuine', async () => {
    const { host, secrecy, whispers } = await encryptedCall();
    await host.admit('ada-0001');
    await until(() => expect(whispers()).toHaveLength(1));
    const both = [person('ada', 'ada-0001'), person('ben', 'ben-0001')];
    const data = await greetingOf('host', 'ben-0001', await key());
    await host.tell({ type: 'state', state: stateOf(both) }, { type: 'whisper', from: 'ben-0001', data });
    const ben = (): PeerView | undefined => secrecy.view.getState().peers.get('ben-0001');
    await until(() => expect(ben()?.problem?.code).toBe('key-refused'));
    expect(secrecy.view.getState().words).toBeNull();
  });

  test('are the same in any order, and others for another key, person or room', async () => {
    const [ada, ben] = [
      { did: didFor('ada'), publicKey: 'A' },
      { did: didFor('ben'), publicKey: 'B' },
    ];
    const words = await wordsOf(room, [ada, ben]);
    expect(await wordsOf(room, [ben, ada])).toEqual(words);
    for (const other of [
      wordsOf(room, [ada, { ...ben, publicKey: 'C' }]),
      wordsOf(room, [ada, { ...ben, did: didFor('cleo') }]),
      wordsOf(room, [ada]),
      wordsOf('another room', [ada, ben]),
    ]) {
      expect(await other).not.toEqual(words);
    }
  });
});

test('the worker says which tracks are locked, and ends with the call', async () => {
  const { secrecy, frames } = await encryptedCall();
  secrecy.told({ from: 'ben-0001', source: 'camera', isLocked: true });
  expect([...secrecy.view.getState().locked]).toEqual(['ben-0001 camera']);
  secrecy.told({ from: 'ben-0001', source: 'camera', isLocked: false });
  expect(secrecy.view.getState().locked.size).toBe(0);
  secrecy.close();
  expect(frames.close).toHaveBeenCalled();
});
