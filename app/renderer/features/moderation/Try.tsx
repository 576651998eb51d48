import { isolated } from '../../../contract/foreign-text.ts';
import { useState } from 'react';
import { useClient } from '../../bridge/index.ts';
import { milliseconds, percent } from '../../messages/format.ts';
import { moderation } from '../../messages/moderation.ts';
import { reasonWords } from '../../messages/reasons.ts';
import { review } from '../../messages/review.ts';
import type { ModerationLabel, Outputs } from '../../../contract/index.ts';
import { useBoards } from '../../stores/index.ts';
import { Button, Meter, Panel, ProblemNotice, Select, TextArea } from '../../ui/index.ts';
import { FlaggedText } from '../FlaggedText.tsx';
import { useAct } from '../useAct.ts';

const ANY = 'community';
const words = moderation.try;
const tones = { publish: 'green', queue: 'amber', quarantine: 'red' } as const;

type Judged = Outputs['moderation']['judge'] & { readonly text: string };

/** Classifies a text as a message would be, without storing it. */
export function Try() {
  const client = useClient();
  const boards = useBoards().value ?? [];
  const act = useAct();
  const [text, setText] = useState('');
  const [board, setBoard] = useState(ANY);
  const [judged, setJudged] = useState<Judged | null>(null);
  const judge = () =>
    void act.run(async () => {
      if (text.trim() === '') return;
      setJudged({
        ...(await client.moderation.judge({ text, board: board === ANY ? null : board })),
        text,
      });
    });
  return (
    <div className="moderation-two">
      <Panel title={words.title} level={1} className="moderation-try">
        <p className="soft measure">{words.why}</p>
        <TextArea
          label={words.text}
          value={text}
          onChange={setText}
          rows={7}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            judge();
          }}
        />
        <div className="moderation-line">
          <Select
            label={words.board}
            value={board}
            onChange={setBoard}
            options={[
              { value: ANY, label: moderation.bounds.community },
              ...boards.map((one) => ({ value: one.id, label: isolated(one.name) })),
            ]}
          />
          <Button
            kind="main"
            shortcut="ctrl+enter"
            onPress={judge}
            isDisabled={act.busy || text.trim() === ''}
          >
            {act.busy ? words.judging : words.go}
          </Button>
        </div>
        {act.problem && <ProblemNotice problem={act.problem} />}
      </Panel>
      {judged !== null && (
        <Panel title={words.verdict} className="moderation-verdict">
          <p className={`moderation-says ${tones[judged.decision]}`} role="status">
            {words.would[judged.decision]}
          </p>
          <p className="soft">
            {words.took(
              milliseconds(judged.latencyMs, true),
              judged.confidence,
              review.item.stages[judged.stage],
            )}{' '}
            {judged.language !== null && words.language(judged.language)}
          </p>
          {judged.reasons.length > 0 && (
            <ul className="moderation-reasons">
              {judged.reasons.map((reason) => (
                <li key={`${reason.code} ${reason.detail}`}>{reasonWords(reason)}</li>
              ))}
            </ul>
          )}
          <div className="moderation-text">
            <FlaggedText text={judged.text} spans={judged.spans} />
          </div>
          <div className="moderation-scores">
            {(Object.entries(judged.scores ?? {}) as [ModerationLabel, number][])
              .sort(([, a], [, b]) => b - a)
              .map(([label, share]) => (
                <Meter
                  key={label}
                  label={review.labels[label]}
                  share={share}
                  words={percent(share)}
                  {...(judged.labels.includes(label) ? { warnFrom: 0 } : {})}
                />
              ))}
          </div>
        </Panel>
      )}
    </div>
  );
}
