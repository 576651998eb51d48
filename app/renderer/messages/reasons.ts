import { isolated } from '../../contract/foreign-text.ts';
import { capital } from './format.ts';
import { review } from './review.ts';

interface Reason {
  readonly code: string;
  readonly detail: string;
}

const isLabel = (code: string): code is keyof typeof review.labels => code in review.labels;

/** Why something was held back, as a sentence. */
export function reasonWords({ code, detail }: Reason): string {
  // A model’s detail repeats its label and figure, which are shown beside the sentence.
  if (isLabel(code) && (detail === '' || /^\S+ [\d.]+$/.test(detail)))
    return `It was classified as ${review.labels[code]}.`;
  if (code === 'word') return `It contains “${isolated(detail)}”, which is on a list.`;
  if (code === 'domain') return `It links to ${isolated(detail)}, which is on a list.`;
  const said = isolated(capital(detail === '' ? code : detail));
  return /[.!?]$/.test(said) ? said : `${said}.`;
}

/** Spans of listed words and domains in a text, in addition to those that models flagged. */
export function listedSpans(text: string, reasons: readonly Reason[]): [number, number][] {
  const lower = text.toLowerCase();
  // If the lower-case text has another length, its offsets do not match the original.
  if (lower.length !== text.length) return [];
  return reasons
    .filter(({ code, detail }) => (code === 'word' || code === 'domain') && detail !== '')
    .flatMap(({ detail }) => {
      const word = detail.toLowerCase();
      const spans: [number, number][] = [];
      for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length))
        spans.push([at, at + word.length]);
      return spans;
    });
}
