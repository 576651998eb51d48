import { useEffect, useRef, useState } from 'react';
import { boards as words } from '../../messages/boards.ts';
import { Button, Panel, ProblemNotice, TextArea, TextField } from '../../ui/index.ts';
import { HeldBack, isHeldBack } from '../HeldBack.tsx';
import { AttachButton, ComposerFiles } from './ComposerFiles.tsx';
import { MarkdownText } from './PostText.tsx';
import { useAttachments } from './useAttachments.ts';
import { useComposing } from './useComposing.ts';

export interface Written {
  readonly subject: string;
  readonly text: string;
  readonly attachments: string[];
  /** Sends the post to a moderator although this node would hide it. */
  readonly askReview: boolean;
}

export interface ComposerProps {
  readonly title: string;
  /** The key under which the draft is stored. */
  readonly draftKey: string;
  readonly withSubject?: boolean;
  readonly withFiles?: boolean;
  /** The initial text, if no draft is stored. */
  readonly initial?: string;
  /** The target board, whose bounds apply. */
  readonly board: string | null;
  readonly sendLabel?: string;
  readonly onSend: (written: Written) => Promise<void>;
  readonly onClose: () => void;
}

const MAX_TEXT = 64_000;
const SHOW_LEFT_BELOW = 2_000;

/** Writes posts: markdown with a preview, files, a persistent draft, Ctrl+Enter to send. */
export function Composer(props: ComposerProps) {
  const { withSubject, withFiles, onClose } = props;
  const draft = useComposing({ draftKey: props.draftKey, initial: props.initial ?? '' });
  const { text, subject, problem, sending } = draft;
  const [preview, setPreview] = useState(() => window.innerWidth >= 1100);
  const [asked, setAsked] = useState(false);
  const [over, setOver] = useState(false);
  const { files, add, remove, ready, cids } = useAttachments();

  // A reply starts below its quote.
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
  }, []);

  const textError = text.trim() === '' ? words.composer.needsText : null;
  const subjectError = withSubject && subject.trim() === '' ? words.composer.needsSubject : null;
  const left = MAX_TEXT - text.length;

  const send = async (askReview = false) => {
    setAsked(true);
    if (textError || subjectError || left < 0 || !ready || sending) return;
    const written = { subject: subject.trim(), text, attachments: cids, askReview };
    if (await draft.send(() => props.onSend(written))) onClose();
  };

  return (
    <Panel title={props.title} level={withSubject ? 1 : 2} className="composer">
      <div
        className={`composer-body ${over ? 'composer-over' : ''}`}
        onKeyDownCapture={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            onClose();
          }
        }}
        onPaste={(event) => {
          if (withFiles && event.clipboardData.files.length > 0) {
            event.preventDefault();
            add(event.clipboardData.files);
          }
        }}
        onDragOver={(event) => {
          if (!withFiles) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (withFiles) add(event.dataTransfer.files);
        }}
      >
        {withSubject && (
          <TextField
            label={words.composer.subject}
            value={subject}
            onChange={draft.setSubject}
            maxLength={200}
            autoFocus
            error={asked ? subjectError : null}
          />
        )}
        <div className={`composer-write ${preview ? 'composer-two' : ''}`}>
          <TextArea
            inputRef={area}
            label={words.composer.text}
            value={text}
            onChange={draft.setText}
            rows={withSubject ? 12 : 7}
            placeholder={words.composer.placeholder}
            autoFocus={!withSubject}
            error={asked ? textError : null}
          />
          {preview && <Preview text={text} />}
        </div>
        <ComposerFiles files={files} onRemove={remove} />
        {problem !== null && isHeldBack(problem) ? (
          <HeldBack
            problem={problem}
            text={draft.sent}
            board={props.board}
            busy={sending}
            onEdit={() => {
              draft.forgetProblem();
              area.current?.focus();
            }}
            onSend={() => void send(true)}
          />
        ) : (
          problem && <ProblemNotice problem={problem} />
        )}
        <div className="composer-foot">
          <Button kind="main" shortcut="ctrl+enter" onPress={() => void send()} isDisabled={sending}>
            {sending ? words.composer.sending : (props.sendLabel ?? words.composer.send)}
          </Button>
          <Button shortcut="escape" onPress={onClose}>
            {words.composer.cancel}
          </Button>
          {withFiles && <AttachButton onAdd={add} />}
          <Button kind="quiet" onPress={() => setPreview(!preview)} aria-pressed={preview}>
            {preview ? words.composer.previewOff : words.composer.previewOn}
          </Button>
          <span className={`small ${left < 0 ? 'red' : 'soft'}`}>
            {left < SHOW_LEFT_BELOW ? words.composer.left(left) : text !== '' ? words.composer.draft : ''}
          </span>
        </div>
      </div>
    </Panel>
  );
}

function Preview({ text }: { text: string }) {
  return (
    <div className="composer-preview" role="region" aria-label={words.composer.preview}>
      <span className="field-label">{words.composer.preview}</span>
      <div className="composer-page">
        {text.trim() === '' ? (
          <p className="soft">{words.composer.previewEmpty}</p>
        ) : (
          <MarkdownText text={text} />
        )}
      </div>
    </div>
  );
}
