import { done, each, latest, type Api } from '../api/index.ts';
import type { Chat } from './service.ts';

export const chatApi = (api: Api['chat'], chat: () => Chat) => ({
  lines: api.lines.handler(({ input }) => chat().lines(input)),
  say: api.say.handler(({ input }) => chat().say(input.text, input.askReview)),
  watch: api.watch.handler(({ signal }) => each(chat().watch, signal)),
  online: api.online.handler(() => chat().online()),
  watchOnline: api.watchOnline.handler(({ signal }) => latest(chat().watchOnline, signal)),
  callers: api.callers.handler(({ input }) => chat().callers(input.limit)),
  doing: api.doing.handler(({ input }) => done(chat().doing(input))),
});
