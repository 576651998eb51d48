import type { Problem } from './errors.ts';
import { defineProblems } from './problems.ts';

const problem = defineProblems('system', {
  'file-missing': {
    message: '{path} cannot be opened: it or its folder does not exist.',
    remedy: 'Check the path.',
  },
  'file-forbidden': {
    message: '{path} cannot be opened: you have no permission.',
    remedy: 'Give yourself access to it, or choose another path.',
  },
  'file-is-folder': { message: '{path} is a folder.', remedy: 'Name a file.' },
  'file-exists': { message: '{path} exists already.', remedy: 'Choose another path.' },
  'file-read-only': {
    message: '{path} cannot be written: its file system can only be read.',
    remedy: 'Choose another path.',
  },
  'file-name-too-long': {
    message: '{path} cannot be opened: the name is too long.',
    remedy: 'Choose a shorter path.',
  },
  'file-loop': {
    message: '{path} cannot be opened: its links lead in a circle.',
    remedy: 'Name the file itself.',
  },
  'disk-full': {
    message: '{path} cannot be written: the disk is full.',
    remedy: 'Free some space, then try again.',
  },
  'disk-fails': {
    message: '{path} cannot be read or written: the disk reports an error.',
    remedy: 'Check the disk. If files are lost, restore a backup.',
  },
  'too-many-files': {
    message: 'Too many files are open.',
    remedy: 'Close other programs, or raise the limit with ulimit -n.',
  },
  'folder-gone': {
    message: 'The current folder does not exist any more, or you have no permission to enter it.',
    remedy: 'Change to another folder, then run the command again.',
  },
});

const BY_CODE = {
  ENOENT: 'file-missing',
  ENOTDIR: 'file-missing',
  EACCES: 'file-forbidden',
  EPERM: 'file-forbidden',
  EISDIR: 'file-is-folder',
  EEXIST: 'file-exists',
  EROFS: 'file-read-only',
  ENAMETOOLONG: 'file-name-too-long',
  ELOOP: 'file-loop',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EIO: 'disk-fails',
  EMFILE: 'too-many-files',
  ENFILE: 'too-many-files',
} as const;

/** The code of an error of the operating system, such as `ENOENT`; null for any other value. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}

/**
 * What a person can do about an error of the file system; null for any other value.
 * @param file The file or folder it is about, if the error does not say it.
 */
export function systemProblem(error: unknown, file?: string): Problem | null {
  const code = systemCode(error);
  if (code === null || !Object.hasOwn(BY_CODE, code)) return null;
  const { path, syscall } = error as { readonly path?: unknown; readonly syscall: unknown };
  if (syscall === 'uv_cwd') return problem('folder-gone', {}, { cause: error });
  const named = typeof path === 'string' && path !== '' ? path : file;
  // Of other calls, such as those on sockets, only those that name a file are about one.
  if (named === undefined) return null;
  return problem(BY_CODE[code as keyof typeof BY_CODE], { path: named }, { cause: error });
}
