import { isolated } from '../../contract/foreign-text.ts';
import { Fragment } from 'react';
import type { ReactNode } from 'react';

type PlacesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PlacesIn<Rest>
  : never;

type MessageProps<Text extends string> = { readonly text: Text } & Readonly<
  Record<PlacesIn<Text>, ReactNode>
>;

const inPlace = (element: ReactNode): ReactNode =>
  typeof element === 'string' ? isolated(element) : element;

/** A text of the catalogue with elements in its `{places}`: the words keep their order in the catalogue. */
export function Message<const Text extends string>({ text, ...elements }: MessageProps<Text>) {
  const byName = elements as Readonly<Record<string, ReactNode>>;
  return (
    <>
      {text.split(/\{(\w+)\}/).map((part, i) => (
        <Fragment key={i}>{i % 2 === 0 ? part : inPlace(byName[part])}</Fragment>
      ))}
    </>
  );
}
