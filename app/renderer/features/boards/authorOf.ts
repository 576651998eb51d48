import type { Post } from '../../../contract/index.ts';
import { common } from '../../messages/common.ts';

/** The author of a post in one text: the handle, or the claimed name and the importer. */
export function authorOf({ author, source }: Pick<Post, 'author' | 'source'>): string {
  return common.byline(author.handle, source?.name ?? null);
}
