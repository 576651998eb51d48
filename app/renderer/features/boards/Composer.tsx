import { useEffect, useRef, useState } from 'react';
import { problemOf } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { bytes } from '../../messages/format.ts';
import { Button, Panel, ProblemNotice, TextArea, TextField } from '../../ui/index.ts';
import type { Problem } from '../../../contract/index.ts';
import { HeldBack, isHeldBack } from '../HeldBack.tsx';
import { keepDraft, readDraft } from './drafts.ts';
import { MarkdownText } from './PostText.tsx';
import { useAttachments } from './useAttachments.ts';

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
  const [kept] = useState(() => readDraft(localStorage, props.draftKey));
  const [text, setText] = useState(kept?.text ?? props.initial ?? '');
  const [subject, setSubject] = useState(kept?.subject ?? '');
  const [preview, setPreview] = useState(() => window.innerWidth >= 1100);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, setAsked] = useState(false);
  const [sending, setSending] = useState(false);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const { files, add, remove, ready, cids } = useAttachments();

  useEffect(() => {
    if (text !== (props.initial ?? '') || subject !== '')
      keepDraft(localStorage, props.draftKey, { text, subject });
  }, [text, subject, props.draftKey, props.initial]);

  // A reply starts below its quote.
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    area.current?.setSelectionRange(area.current.value.length, area.current.value.length);
  }, []);

  const textError = text.trim() === '' ? words.composer.needsText : null;
  const subjectError = props.withSubject && subject.trim() === '' ? words.composer.needsSubject : null;
  const left = MAX_TEXT - text.length;

  const send = async (askReview = false) => {
    setAsked(true);
    if (textError || subjectError || left < 0 || !ready || sending) return;
    setSending(true);
    setProblem(null);
    setSent(text);
    try {
      await props.onSend({ subject: subject.trim(), text, attachments: cids, askReview });
      keepDraft(localStorage, props.draftKey, { text: '', subject: '' });
      props.onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setSending(false);
    }
  };

  return (
    <Panel title={props.title} level={props.withSubject ? 1 : 2} className="composer">
      <div
        className={`composer-body ${over ? 'composer-over' : ''}`}
        onKeyDownCapture={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            void send();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            props.onClose();
          }
        }}
        onPaste={(event) => {
          if (props.withFiles && event.clipboardData.files.length > 0) {
            event.preventDefault();
            add(event.clipboardData.files);
          }
        }}
        onDragOver={(event) => {
          if (!props.withFiles) return;
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          if (props.withFiles) add(event.dataTransfer.files);
        }}
      >
        {props.withSubject && (
          <TextField
            label={words.composer.subject}
            value={subject}
            onChange={setSubject}
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
            onChange={setText}
            rows={props.withSubject ? 12 : 7}
            placeholder={words.composer.placeholder}
            autoFocus={!props.withSubject}
            error={asked ? textError : null}
          />
          {preview && (
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
          )}
        </div>
        {files.length > 0 && (
          <ul className="composer-files">
            {files.map((file) => (
              <li key={file.key}>
                <span className="mono cut">{file.name}</span>
                <span className="soft mono">{bytes(file.sizeBytes)}</span>
                <span role="status" className={file.error ? 'red' : file.stored ? 'green' : 'soft'}>
                  {file.error ?? (file.stored ? words.file.here : words.file.storing(file.name))}
                </span>
                <Button
                  kind="quiet"
                  aria-label={words.file.remove(file.name)}
                  onPress={() => remove(file.key)}
                >
                  ×
                </Button>
              </li>
            ))}
          </ul>
        )}
        {problem !== null && isHeldBack(problem) ? (
          <HeldBack
            problem={problem}
            text={sent}
            board={props.board}
            busy={sending}
            onEdit={() => {
              setProblem(null);
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
          <Button shortcut="escape" onPress={props.onClose}>
            {words.composer.cancel}
          </Button>
          {props.withFiles && (
            <>
              <Button onPress={() => picker.current?.click()}>{words.file.attach}</Button>
              <input
                ref={picker}
                type="file"
                multiple
                hidden
                aria-label={words.file.attach}
                onChange={(event) => {
                  add(event.target.files ?? []);
                  event.target.value = '';
                }}
              />
            </>
          )}
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
