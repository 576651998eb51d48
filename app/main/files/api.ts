import type { Api, ServiceIn } from '../api/index.ts';
import type { Files } from './service.ts';

export const filesApi = (api: Api['files'], files: ServiceIn<Files>) => ({
  put: api.put.handler(async ({ input, context }) => {
    const { file } = input;
    return files(context).put(new Uint8Array(await file.arrayBuffer()), file.name, file.type);
  }),
  get: api.get.handler(async ({ input, context }) => {
    const found = await files(context).get(input.cid, context.signal);
    return { file: new File([found.bytes as Uint8Array<ArrayBuffer>], found.name, { type: found.type }) };
  }),
});
