import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Message } from './Message.tsx';

test('elements take the places that the text gives them, in its order', () => {
  const drawn = renderToStaticMarkup(
    <Message text="{when}, by {who}." who={<b>Ana</b>} when={<time>yesterday</time>} />,
  );
  expect(drawn).toBe('<time>yesterday</time>, by <b>Ana</b>.');
});

test('braces inside an element are left alone', () => {
  expect(renderToStaticMarkup(<Message text="By {who}." who="{when}" />)).toBe('By {when}.');
});
