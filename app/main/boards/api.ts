import { publicKeyOf } from '../kernel/did.ts';
import { done, each, type Api, type ServiceIn } from '../api/index.ts';
import type { Boards } from './service.ts';

/** The contract's `boards` procedures. */
export function boardsApi(api: Api['boards'], boards: ServiceIn<Boards>) {
  return {
    list: api.list.handler(({ context }) => boards(context).list()),
    create: api.create.handler(({ input, context }) => boards(context).create(input)),
    update: api.update.handler(({ input, context }) => boards(context).update(input)),
    threads: api.threads.handler(({ input, context }) => boards(context).threads(input)),
    thread: api.thread.handler(({ input, context }) => boards(context).thread(input)),
    post: api.post.handler(({ input, context }) => boards(context).post(input)),
    startThread: api.startThread.handler(({ input, context }) => boards(context).startThread(input)),
    reply: api.reply.handler(({ input, context }) => boards(context).reply(input)),
    edit: api.edit.handler(({ input, context }) => boards(context).edit(input)),
    history: api.history.handler(({ input, context }) => boards(context).history(input)),
    delete: api.delete.handler(({ input, context }) => done(boards(context).delete(input))),
    react: api.react.handler(({ input, context }) => done(boards(context).react(input))),
    markThread: api.markThread.handler(({ input, context }) => done(boards(context).markThread(input))),
    markRead: api.markRead.handler(({ input, context }) => done(boards(context).markRead(input))),
    search: api.search.handler(({ input, context }) =>
      boards(context).search({
        ...input,
        author: input.author === undefined ? undefined : publicKeyOf(input.author),
      }),
    ),
    changes: api.changes.handler(({ context }) => each(boards(context).onChange, context.signal)),
  };
}
