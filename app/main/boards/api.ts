import { publicKeyOf } from '../kernel/did.ts';
import { done, each, type Api } from '../api/index.ts';
import type { Boards } from './service.ts';

/** The contract's `boards` procedures. `boards` throws a Problem while there is no community. */
export function boardsApi(api: Api['boards'], boards: () => Boards) {
  return {
    list: api.list.handler(() => boards().list()),
    create: api.create.handler(({ input }) => boards().create(input)),
    update: api.update.handler(({ input }) => boards().update(input)),
    threads: api.threads.handler(({ input }) => boards().threads(input)),
    thread: api.thread.handler(({ input }) => boards().thread(input)),
    post: api.post.handler(({ input }) => boards().post(input)),
    startThread: api.startThread.handler(({ input }) => boards().startThread(input)),
    reply: api.reply.handler(({ input }) => boards().reply(input)),
    edit: api.edit.handler(({ input }) => boards().edit(input)),
    history: api.history.handler(({ input }) => boards().history(input)),
    delete: api.delete.handler(({ input }) => done(boards().delete(input))),
    react: api.react.handler(({ input }) => done(boards().react(input))),
    markThread: api.markThread.handler(({ input }) => done(boards().markThread(input))),
    markRead: api.markRead.handler(({ input }) => done(boards().markRead(input))),
    search: api.search.handler(({ input }) =>
      boards().search({
        ...input,
        author: input.author === undefined ? undefined : publicKeyOf(input.author),
      }),
    ),
    changes: api.changes.handler(({ signal }) => each(boards().onChange, signal)),
  };
}
