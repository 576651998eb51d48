import { done, each, latest, type Api, type ServiceIn } from '../api/index.ts';
import type { Chat } from './service.ts';

export const chatApi = (api: Api['chat'], chat: ServiceIn<Chat>) => ({
  lines: api.lines.handler(({ input, context }) => chat(context).lines(input)),
  say: api.say.handler(({ input, context }) => chat(context).say(input.text, input.askReview)),
  watch: api.watch.handler(({ context }) => each(chat(context).watch, context.signal)),
  online: api.online.handler(({ context }) => chat(context).online()),
  watchOnline: api.watchOnline.handler(({ context }) => latest(chat(context).watchOnline, context.signal)),
  callers: api.callers.handler(({ input, context }) => chat(context).callers(input.limit)),
  doing: api.doing.handler(({ input, context }) => done(chat(context).doing(input))),
});
