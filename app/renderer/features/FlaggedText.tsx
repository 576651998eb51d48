import { useMemo } from 'react';
import { review } from '../messages/review.ts';
import { countUnseen, piecesOf } from '../text/pieces.ts';
import './held.css';

interface FlaggedTextProps {
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
  readonly className?: string;
}

/** A text as written, never drawn as markup: flagged words framed, invisible characters shown. */
export function FlaggedText({ text, spans, className }: FlaggedTextProps) {
  const pieces = useMemo(() => piecesOf(text, spans), [text, spans]);
  const hidden = useMemo(() => countUnseen(text), [text]);
  return (
    <div className={`held-text ${className ?? ''}`} dir="auto">
      {pieces.map((piece, n) =>
        piece.flagged ? (
          <mark key={n} className="flagged">
            <span className="hidden-visually">{review.item.flaggedStart}</span>
            {piece.text}
            <span className="hidden-visually">{review.item.flaggedEnd}</span>
          </mark>
        ) : (
          piece.text
        ),
      )}
      {hidden > 0 && <p className="soft small">{review.item.hidden(hidden)}</p>}
    </div>
  );
}
