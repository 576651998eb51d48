import { shown } from '../../../contract/foreign-text.ts';
import type { SearchHit } from '../../../contract/index.ts';

/** The text around a match, with the matching words marked. */
export function Snippet({ hit }: { hit: Pick<SearchHit, 'snippet' | 'marks'> }) {
  const snippet = shown(hit.snippet);
  const parts: { text: string; mark: boolean; at: number }[] = [];
  let done = 0;
  for (const [start, end] of hit.marks) {
    if (start < done || end > snippet.length) continue;
    parts.push({ text: snippet.slice(done, start), mark: false, at: done });
    parts.push({ text: snippet.slice(start, end), mark: true, at: start });
    done = end;
  }
  parts.push({ text: snippet.slice(done), mark: false, at: done });
  return (
    <span className="snippet soft small" dir="auto">
      {parts.map((part) => (part.mark ? <mark key={`m${part.at}`}>{part.text}</mark> : part.text))}
    </span>
  );
}
