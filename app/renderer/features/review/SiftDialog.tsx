import { useState } from 'react';
import { Held, ModerationLabel, ReviewKind } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { review as words } from '../../messages/review.ts';
import { useBoards } from '../../stores/index.ts';
import { Button, Dialog, ProblemNotice, Said, Select, TextField } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { Choices } from './Choices.tsx';
import { filterOf, noSift, siftOf, useSift } from './sift.ts';

const ANY = 'any-board';
const claims = ['any', 'me', 'nobody'] as const;

/** Narrows the queue down, and keeps filters under a name. Every choice takes effect at once. */
export function SiftDialog({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const boards = useBoards().value ?? [];
  const { tab, sift, set } = useSift();
  const saved = useCall(() => client.review.filters({}), [client]);
  const act = useAct();
  const [name, setName] = useState('');
  const [said, setSaid] = useState('');
  const change = (part: Partial<typeof sift>) => set({ sift: { ...sift, ...part } });
  const save = async () => {
    const called = name.trim();
    if (called === '') return;
    if (!(await act.run(() => client.review.saveFilter({ name: called, filter: filterOf(tab, sift) }))))
      return;
    setSaid(words.sift.savedAs(called));
    setName('');
    saved.reload();
  };
  const forget = async (id: string) => {
    if (await act.run(() => client.review.removeFilter({ id }))) saved.reload();
  };
  return (
    <Dialog
      title={words.sift.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={() => set({ sift: { ...noSift, words: sift.words, order: sift.order } })}>
            {words.sift.clear}
          </Button>
          <Button kind="main" onPress={onClose}>
            {words.sift.apply}
          </Button>
        </>
      }
    >
      <Choices
        label={words.sift.labels}
        options={ModerationLabel.options.map((value) => ({ value, label: words.labels[value] }))}
        chosen={sift.labels}
        onChange={(labels) => change({ labels })}
        autoFocus
      />
      <Choices
        label={words.sift.kinds}
        options={ReviewKind.options.map((value) => ({ value, label: words.kinds[value] }))}
        chosen={sift.kinds}
        onChange={(kinds) => change({ kinds })}
      />
      <Choices
        label={words.sift.held}
        options={Held.options.map((value) => ({ value, label: words.held[value] }))}
        chosen={sift.held}
        onChange={(held) => change({ held })}
      />
      <div className="review-pair">
        <Select
          label={words.sift.board}
          value={sift.board ?? ANY}
          onChange={(board) => change({ board: board === ANY ? null : board })}
          options={[
            { value: ANY, label: words.sift.anyBoard },
            ...boards.map((board) => ({ value: board.id, label: board.name })),
          ]}
        />
        <Select
          label={words.sift.claimed}
          value={sift.claimed}
          onChange={(claimed) => change({ claimed })}
          options={claims.map((value) => ({ value, label: words.sift.claims[value] }))}
        />
      </div>
      <section>
        <h3 className="review-sub">{words.sift.saved}</h3>
        {saved.data?.length === 0 && <p className="soft">{words.sift.none}</p>}
        <ul className="review-saved">
          {saved.data?.map((one) => (
            <li key={one.id}>
              <Button
                onPress={() => {
                  set(siftOf(one.filter));
                  onClose();
                }}
                aria-label={words.sift.use(one.name)}
              >
                {one.name}
              </Button>
              <Button
                kind="quiet"
                aria-label={words.sift.forget(one.name)}
                onPress={() => void forget(one.id)}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
        <div className="review-line">
          <TextField
            label={words.sift.name}
            value={name}
            onChange={setName}
            maxLength={40}
            onEnter={() => void save()}
          />
          <Button onPress={() => void save()} isDisabled={act.busy || name.trim() === ''}>
            {words.sift.save}
          </Button>
        </div>
        <Said>{said}</Said>
        {act.problem && <ProblemNotice problem={act.problem} />}
      </section>
    </Dialog>
  );
}
