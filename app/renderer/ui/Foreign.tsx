import { shown } from '../../contract/foreign-text.ts';

/**
 * Text from somebody within a line: no direction that it has, and no control in it, reaches the words around it. In
 * sentences and labels, `isolated` does the same.
 */
export function Foreign({ text, className }: { text: string; className?: string }) {
  return <bdi {...(className === undefined ? {} : { className })}>{shown(text)}</bdi>;
}
