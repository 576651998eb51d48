import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { ledger as words } from '../../messages/ledger.ts';
import { validators as setWords } from '../../messages/validators.ts';
import { Button, Dialog, Loading, Notice, ProblemNotice, LiveRegion } from '../../ui/index.ts';
import { saveFile } from '../saveFile.ts';
import { useCall } from '../useCall.ts';
import { useCopy } from '../useCopy.ts';

const { card } = setWords;

/** This node’s own card, for the validators who add it to the set. */
export function CardDialog({ validating, onClose }: { validating: boolean; onClose: () => void }) {
  const client = useClient();
  const asked = useCall(() => client.identity.card({}));
  const { said, copy } = useCopy(card);
  const [saved, setSaved] = useState(false);
  const text = asked.data === null ? null : JSON.stringify(asked.data, null, 2);
  const save = () => {
    if (text === null) return;
    saveFile('validator-card.json', text);
    setSaved(true);
  };
  return (
    <Dialog
      title={card.title}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={save} isDisabled={text === null}>
            {card.save}
          </Button>
          <Button kind="main" onPress={() => text !== null && copy(text)} isDisabled={text === null}>
            {card.copy}
          </Button>
        </>
      }
    >
      <p className="measure">{card.why}</p>
      {validating && <Notice severity="good" title={card.already} />}
      {asked.problem && (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={asked.reload}>{words.again}</Button>}
        />
      )}
      {text === null && !asked.problem && <Loading what={card.loading} />}
      {text !== null && (
        <pre className="mono small ledger-hand" tabIndex={0} aria-label={card.text}>
          {text}
        </pre>
      )}
      <LiveRegion>{said || (saved ? card.saved : '')}</LiveRegion>
    </Dialog>
  );
}
