import { shown } from '../../../contract/foreign-text.ts';
import { Component, memo, type ReactNode } from 'react';
import Markdown from 'react-markdown';
import type { Components, ExtraProps } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import type { Post } from '../../../contract/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { ansiLines, stripEscapes } from '../../text/ansi.ts';
import type { Style } from '../../text/ansi.ts';
import { linkify, placeOf, safeHref } from '../../text/links.ts';
import { isCheapMarkdown } from '../../text/markdown-limits.ts';
import { quoteDepth, signatureAt } from './quotes.ts';

/** A link in a post: nothing is fetched before it is followed, and no referrer is sent. */
function Outward({ href, dir, children }: { href: string; dir: 'ltr' | 'auto'; children: React.ReactNode }) {
  return (
    <a
      className="link"
      dir={dir}
      href={href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      referrerPolicy="no-referrer"
    >
      {children}
    </a>
  );
}

/** Whether the words of a link are the address that it leads to. */
const saysItsPlace = (href: string, node: Parsed): boolean => placeOf(textIn(node)) === placeOf(href);

/** Where a link leads: its words could name another place. */
function Target({ href }: { href: string }) {
  const place = placeOf(href);
  return (
    <span className="soft small" dir="ltr">
      {' '}
      ({shown(place)})
    </span>
  );
}

type Parsed = ExtraProps['node'];

/** The words of a parsed element. */
const textIn = (node: Parsed | NonNullable<Parsed>['children'][number]): string => {
  if (node === undefined) return '';
  if (node.type === 'text') return node.value;
  return 'children' in node ? node.children.map(textIn).join('') : '';
};

const components: Components = {
  a: ({ href, children, node }) =>
    href ? (
      <>
        <Outward href={href} dir={saysItsPlace(href, node) ? 'ltr' : 'auto'}>
          {children}
        </Outward>
        {!saysItsPlace(href, node) && <Target href={href} />}
      </>
    ) : (
      <>{children}</>
    ),
  // Loading a remote picture would tell its host who reads the post, so it becomes a link.
  img: ({ src, alt }) =>
    typeof src === 'string' && src !== '' ? (
      <Outward href={src} dir="auto">
        {words.post.image(alt ?? '')}
      </Outward>
    ) : (
      <span>{words.post.image(alt ?? '')}</span>
    ),
  h1: ({ children }) => <p className="post-heading">{children}</p>,
  h2: ({ children }) => <p className="post-heading">{children}</p>,
  h3: ({ children }) => <p className="post-heading">{children}</p>,
  h4: ({ children }) => <p className="post-heading">{children}</p>,
  h5: ({ children }) => <p className="post-heading">{children}</p>,
  h6: ({ children }) => <p className="post-heading">{children}</p>,
  input: ({ checked }) => <span className="mono">{checked ? '[x]' : '[ ]'}</span>,
  ul: ({ children, className }) => (
    <ul className={className} dir="auto">
      {children}
    </ul>
  ),
  ol: ({ children, start }) => (
    <ol start={start} dir="auto">
      {children}
    </ol>
  ),
  blockquote: ({ children }) => <blockquote dir="auto">{children}</blockquote>,
  table: ({ children }) => (
    <div className="post-table">
      <table dir="auto">{children}</table>
    </div>
  ),
};
const plugins = [remarkGfm];

/** Texts are made fit to be drawn after parsing, each by itself: a control in one may not pair with one in another. */
const showTexts = () => visit;
const rehypePlugins = [showTexts];

function visit({ children }: Pick<NonNullable<Parsed>, 'children'>): void {
  for (const child of children) {
    if (child.type === 'text') child.value = shown(child.value);
    else if ('children' in child) visit(child);
  }
}

/**
 * The markdown of a post: no raw HTML, no remote pictures, links to known schemes only. A text that would cost its reader too
 * much, or that the parser fails on, is shown as it was typed.
 */
export const MarkdownText = memo(function MarkdownText({ text }: { text: string }) {
  const plain = stripEscapes(text);
  if (!isCheapMarkdown(plain)) return <AsTyped text={plain} />;
  return (
    <TextBoundary key={plain} instead={<AsTyped text={plain} />}>
      <div className="post-text post-markdown" dir="auto">
        <Markdown
          remarkPlugins={plugins}
          rehypePlugins={rehypePlugins}
          components={components}
          urlTransform={safeHref}
        >
          {plain}
        </Markdown>
      </div>
    </TextBoundary>
  );
});

function AsTyped({ text }: { text: string }) {
  return (
    <>
      <p className="soft small">{words.post.asTyped}</p>
      <div className="post-text post-typed" dir="auto">
        {text.split('\n').map((line, n) => (
          <div key={n} className="post-line">
            {line === '' ? '\u200b' : shown(line)}
          </div>
        ))}
      </div>
    </>
  );
}

/** Keeps a text that cannot be drawn from taking down what is around it. */
class TextBoundary extends Component<{ instead: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}

const classOf = (style: Style): string =>
  [
    style.colour ?? '',
    style.bold ? 'strong' : '',
    style.underline ? 'underlined' : '',
    style.inverse ? 'inverse' : '',
  ]
    .filter((name) => name !== '')
    .join(' ');

/**
 * Imported text line by line: quotes by depth, colour codes as roles, addresses as links, the signature soft.
 */
export const PlainText = memo(function PlainText({ text }: { text: string }) {
  const lines = ansiLines(text);
  const flat = lines.map((runs) => runs.map((run) => run.text).join(''));
  const signature = signatureAt(flat);
  return (
    <div className="post-text post-plain" dir="auto">
      {lines.map((runs, n) => {
        const depth = quoteDepth(flat[n] ?? '');
        const kind = n >= signature ? 'post-signature' : depth > 0 ? `quote quote-${depth}` : '';
        return (
          <div key={n} className={`post-line ${kind}`}>
            {runs.map((run, r) => {
              const pieces = linkify(run.text).map((piece, p) =>
                piece.href === null ? (
                  shown(piece.text)
                ) : (
                  <Outward key={p} href={piece.href} dir="ltr">
                    {shown(piece.text)}
                  </Outward>
                ),
              );
              const name = classOf(run.style);
              return name === '' ? (
                <span key={r}>{pieces}</span>
              ) : (
                <span key={r} className={name}>
                  {pieces}
                </span>
              );
            })}
            {runs.length === 0 && '\u200b'}
          </div>
        );
      })}
    </div>
  );
});

/** A post’s text in its own format. */
export function PostText({ post }: { post: Pick<Post, 'text' | 'format'> }) {
  if (post.text === null) return null;
  return post.format === 'markdown' ? <MarkdownText text={post.text} /> : <PlainText text={post.text} />;
}
