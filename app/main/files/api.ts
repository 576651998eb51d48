import type { Api } from '../api/index.ts';
import type { Files } from './service.ts';

export const filesApi = (api: Api['files'], files: () => Files) => ({
  put: api.put.handler(async ({ input }) => {
    const { file } = input;
    return files().put(new Uint8Array(await file.arrayBuffer()), file.name, file.type);
  }),
  get: api.get.handler(async ({ input, signal }) => {
    const found = await files().get(input.cid, signal);
    return { file: new File([found.bytes as Uint8Array<ArrayBuffer>], found.name, { type: found.type }) };
  }),
});
