import { useState } from 'react';
import { useActions } from '../../actions/registry.ts';
import { go, href } from '../../actions/route.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { ledgerHealthOf, useLedger, useValidators } from '../../stores/index.ts';
import { Button, Key, Loading, Notice, Panel, ProblemNotice } from '../../ui/index.ts';
import { useDoing } from '../useDoing.ts';
import { useNarrow } from '../useNarrow.ts';
import { Blocks } from './Blocks.tsx';
import { GiveDialog } from './GiveDialog.tsx';
import { Halt } from './Halt.tsx';
import { Strip } from './Strip.tsx';
import { Summary } from './Summary.tsx';
import { Transactions } from './Transactions.tsx';
import { useDirectory } from './useDirectory.ts';
import { Validators } from './Validators.tsx';
import '../record.css';
import './ledger.css';

const parts = [
  { id: 'blocks', shortcut: 'b' },
  { id: 'transactions', shortcut: 't' },
  { id: 'validators', shortcut: 'v' },
] as const;
type PartId = (typeof parts)[number]['id'];

/** The ledger room: its state in a sentence, blocks and transactions, and the validators. */
export function LedgerView({ path }: { path: readonly string[] }) {
  const ledger = useLedger();
  const validators = useValidators();
  const directory = useDirectory();
  const narrow = useNarrow();
  const [giving, setGiving] = useState(false);
  const [recovered, setRecovered] = useState(false);
  const status = ledger.value;
  const part: PartId = parts.find(({ id }) => id === path[0])?.id ?? 'blocks';
  const opened = path[1] ?? null;
  const alone = narrow && opened !== null && part !== 'validators';
  useDoing(words.doing);
  const back = () => go('ledger', part);
  useActions([
    ...parts.map(({ id, shortcut }) => ({
      id: `ledger.${id}`,
      label: words.keys[id],
      section: 'view' as const,
      shortcut,
      line: true,
      when: () => !giving,
      run: () => go('ledger', id),
    })),
    {
      id: 'ledger.give',
      label: words.keys.give,
      section: 'community',
      shortcut: 'g',
      line: true,
      when: () => !giving && status !== null && status.halted === null,
      run: () => setGiving(true),
    },
    {
      id: 'ledger.back',
      label: words.keys.back,
      section: 'view',
      shortcut: 'escape',
      when: () => opened !== null && !giving,
      run: back,
    },
  ]);

  if (status === null)
    return (
      <div className="ledger">
        <Panel title={words.title}>
          {ledger.problem ? (
            <ProblemNotice
              problem={ledger.problem}
              action={<Button onPress={() => void ledger.refresh()}>{words.again}</Button>}
            />
          ) : (
            <Loading what={words.loading} />
          )}
        </Panel>
      </div>
    );
  const held = validators.value ?? [];
  const standing = ledgerHealthOf(status, held);
  const height = Number(opened);
  return (
    <div className="ledger">
      {ledger.state === 'stale' && ledger.problem && (
        <ProblemNotice
          problem={{ ...ledger.problem, message: words.stale }}
          action={<Button onPress={() => void ledger.refresh()}>{words.again}</Button>}
        />
      )}
      <Halt status={status} onRecovered={() => setRecovered(true)} />
      {recovered && status.halted === null && <Notice severity="good" title={words.halt.done} live />}
      {alone ? (
        <div>
          <Button onPress={back}>← {words.tabs[part]}</Button>
        </div>
      ) : (
        <>
          <div className="ledger-top">
            <Summary
              status={status}
              standing={standing}
              brief={narrow && part !== 'blocks'}
              onGive={() => setGiving(true)}
            />
            {(!narrow || part === 'blocks') && <Strip status={status} validators={held} />}
          </div>
          <nav aria-label={words.parts} className="ledger-tabs">
            {parts.map(({ id, shortcut }) => (
              <a key={id} href={href('ledger', id)} aria-current={id === part ? 'true' : undefined}>
                {words.tabs[id]} <Key shortcut={shortcut} />
              </a>
            ))}
          </nav>
        </>
      )}
      {part === 'blocks' && (
        <Blocks
          status={status}
          directory={directory}
          opened={opened !== null && Number.isSafeInteger(height) && height > 0 ? height : null}
          narrow={narrow}
        />
      )}
      {part === 'transactions' && (
        <Transactions status={status} directory={directory} opened={opened} narrow={narrow} />
      )}
      {part === 'validators' && <Validators status={status} standing={standing} directory={directory} />}
      {giving && <GiveDialog status={status} onClose={() => setGiving(false)} />}
    </div>
  );
}
