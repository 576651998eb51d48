import { useEffect } from 'react';
import { go, href } from '../../actions/route.ts';
import { useClient } from '../../bridge/index.ts';
import { boards as words } from '../../messages/boards.ts';
import { Button, Loading, Panel, ProblemNotice } from '../../ui/index.ts';
import { useCall } from '../useCall.ts';

/** Looks up a post’s thread and goes there. */
export function Permalink({ id }: { id: string }) {
  const client = useClient();
  const asked = useCall(() => client.boards.post({ id }), [id]);
  const post = asked.data;
  useEffect(() => {
    if (post) location.replace(href('boards', post.board, post.thread, post.id));
  }, [post]);
  return (
    <Panel title={words.title}>
      {asked.problem ? (
        <ProblemNotice
          problem={asked.problem}
          action={<Button onPress={() => go('boards')}>{words.toBoards}</Button>}
        />
      ) : (
        <Loading what={words.loadingPosts} />
      )}
    </Panel>
  );
}
