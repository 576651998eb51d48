import { isolated } from '../../../contract/foreign-text.ts';
import { useState } from 'react';
import { Held, ModerationLabel } from '../../../contract/index.ts';
import { useClient } from '../../bridge/index.ts';
import { review as words } from '../../messages/review.ts';
import { useBoards } from '../../stores/index.ts';
import { Button, Dialog, ProblemNotice, LiveRegion, Select, TextField, Foreign } from '../../ui/index.ts';
import { useAct } from '../useAct.ts';
import { useCall } from '../useCall.ts';
import { Choices } from './Choices.tsx';
import { noFilter, reviewFilterOf, tabAndFilterOf, useFilter } from './filter.ts';

const ANY = 'any-board';
const claims = ['any', 'me', 'nobody'] as const;

/** Narrows the queue and saves filters under a name. Every choice takes effect at once. */
export function FilterDialog({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const boards = useBoards().value ?? [];
  const { tab, filter, set } = useFilter();
  const saved = useCall(() => client.review.filters({}));
  const act = useAct();
  const [name, setName] = useState('');
  const [said, setSaid] = useState('');
  const change = (part: Partial<typeof filter>) => set({ filter: { ...filter, ...part } });
  const save = async () => {
    const called = name.trim();
    if (called === '') return;
    if (
      !(await act.run(() => client.review.saveFilter({ name: called, filter: reviewFilterOf(tab, filter) })))
    )
      return;
    setSaid(words.filter.savedAs(called));
    setName('');
    saved.reload();
  };
  const forget = async (id: string) => {
    if (await act.run(() => client.review.removeFilter({ id }))) saved.reload();
  };
  return (
    <Dialog
      title={words.filter.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={() => set({ filter: { ...noFilter, words: filter.words, order: filter.order } })}>
            {words.filter.clear}
          </Button>
          <Button kind="main" onPress={onClose}>
            {words.filter.apply}
          </Button>
        </>
      }
    >
      <Choices
        label={words.filter.labels}
        options={ModerationLabel.options.map((value) => ({ value, label: words.labels[value] }))}
        chosen={filter.labels}
        onChange={(labels) => change({ labels })}
        autoFocus
      />
      <Choices
        label={words.filter.kinds}
        options={Object.entries(words.kinds).map(([value, label]) => ({ value, label }))}
        chosen={filter.kinds}
        onChange={(kinds) => change({ kinds })}
      />
      <Choices
        label={words.filter.held}
        options={Held.options.map((value) => ({ value, label: words.held[value] }))}
        chosen={filter.held}
        onChange={(held) => change({ held })}
      />
      <div className="review-pair">
        <Select
          label={words.filter.board}
          value={filter.board ?? ANY}
          onChange={(board) => change({ board: board === ANY ? null : board })}
          options={[
            { value: ANY, label: words.filter.anyBoard },
            ...boards.map((board) => ({ value: board.id, label: isolated(board.name) })),
          ]}
        />
        <Select
          label={words.filter.claimed}
          value={filter.claimed}
          onChange={(claimed) => change({ claimed })}
          options={claims.map((value) => ({ value, label: words.filter.claims[value] }))}
        />
      </div>
      <section>
        <h3 className="review-sub">{words.filter.saved}</h3>
        {saved.data?.length === 0 && <p className="soft">{words.filter.none}</p>}
        <ul className="review-saved">
          {saved.data?.map((one) => (
            <li key={one.id}>
              <Button
                onPress={() => {
                  set(tabAndFilterOf(one.filter));
                  onClose();
                }}
                aria-label={words.filter.use(one.name)}
              >
                <Foreign text={one.name} />
              </Button>
              <Button
                kind="quiet"
                aria-label={words.filter.forget(one.name)}
                onPress={() => void forget(one.id)}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
        <div className="review-line">
          <TextField
            label={words.filter.name}
            value={name}
            onChange={setName}
            maxLength={40}
            onEnter={() => void save()}
          />
          <Button onPress={() => void save()} isDisabled={act.busy || name.trim() === ''}>
            {words.filter.save}
          </Button>
        </div>
        <LiveRegion>{said}</LiveRegion>
        {act.problem && <ProblemNotice problem={act.problem} />}
      </section>
    </Dialog>
  );
}
