import { IntlMessageFormat } from 'intl-messageformat';
import { Problem, type MessageParams, type ProblemFields } from './errors.ts';

/** The sentences of one problem, as ICU messages: `{name}` stands for a parameter, plurals as ICU has them. */
export interface ProblemText {
  /** Says what happened, in one sentence. */
  readonly message: string;
  /** Says what a person can do, in the imperative; left out where nothing can be done. */
  readonly remedy?: string;
  /** The stable code; the key of the text if left out. Several texts may share a code. */
  readonly code?: string;
}

export type ProblemTexts = Readonly<Record<string, ProblemText>>;

type NameIn<Argument extends string> = Argument extends `${infer Name},${string}`
  ? Name
  : Argument extends `${string} ${string}` | '#'
    ? never
    : Argument;

/** Names of the parameters of an ICU message. */
export type ParamsIn<Text extends string> = Text extends `${string}{${infer Argument}}${infer Rest}`
  ? NameIn<Argument> | ParamsIn<Rest>
  : never;

type ParamsOf<Text extends ProblemText> =
  | ParamsIn<Text['message']>
  | (Text['remedy'] extends string ? ParamsIn<Text['remedy']> : never);

type Values<Text extends ProblemText> = Readonly<Record<ParamsOf<Text>, string | number>>;

type Arguments<Text extends ProblemText, More extends unknown[]> = [ParamsOf<Text>] extends [never]
  ? [values?: Readonly<Record<never, never>>, ...more: More]
  : [values: Values<Text>, ...more: More];

export interface Problems<Texts extends ProblemTexts> {
  /** A problem with its sentences filled in, ready to be thrown. */
  <Key extends keyof Texts & string>(
    key: Key,
    ...rest: Arguments<Texts[Key], [options?: ErrorOptions]>
  ): Problem;
  /** The same as plain fields, for notices and answers. */
  readonly fields: <Key extends keyof Texts & string>(
    key: Key,
    ...rest: Arguments<Texts[Key], []>
  ) => ProblemFields;
  readonly room: string;
  readonly texts: Texts;
}

const PLACE = /\{(\w+)\}/g;

/**
 * Whether a text holds nothing but parameters that are filled in as they are. ICU does the same with them, but costs
 * tenths of a millisecond a text, which a start with many texts feels.
 */
function isPlain(text: string, values: MessageParams): boolean {
  if (text.includes("'") || /[{}]/.test(text.replace(PLACE, ''))) return false;
  return [...text.matchAll(PLACE)].every(([, name]) => Object.hasOwn(values, name!));
}

/**
 * The catalogue of a room's problems. Every sentence that a node says to a person stands in one, by an id
 * `room.key` that a translation can use.
 *
 * @param room unique among the catalogues.
 */
export function defineProblems<const Texts extends ProblemTexts>(
  room: string,
  texts: Texts,
): Problems<Texts> {
  const compiled = new Map<string, IntlMessageFormat>();
  const filled = (text: string, values: MessageParams): string => {
    if (!text.includes('{') && !text.includes("'")) return text;
    if (isPlain(text, values)) return text.replace(PLACE, (_, name: string) => String(values[name]));
    let format = compiled.get(text);
    if (format === undefined) {
      format = new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true });
      compiled.set(text, format);
    }
    return String(format.format(values));
  };
  const fields = (key: keyof Texts & string, values: MessageParams = {}): ProblemFields => {
    const { code = key, message, remedy } = texts[key]!;
    return {
      code,
      message: filled(message, values),
      remedy: remedy === undefined ? null : filled(remedy, values),
      messageId: `${room}.${key}`,
      params: values,
    };
  };
  const make = (key: keyof Texts & string, values?: MessageParams, options?: ErrorOptions): Problem =>
    Problem.of(fields(key, values), options);
  return Object.assign(make, { fields, room, texts }) as unknown as Problems<Texts>;
}
