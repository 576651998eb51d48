/** How a node is started so that its process stays small; figures are in docs/benchmarks.md. */
export const lean = {
  /** V8 lets new objects of one thread take 128 MB; with a quarter of it, a flood of posts takes up to 80 MB less. */
  flags: ['--scavenger-max-new-space-capacity-mb=8'],
  /**
   * The C library of Linux keeps a heap for each thread, of which two are enough, and memory that is free again: more of
   * it after the first large file. With fixed limits it gives the files of models back. Judging takes 80 and 40 MiB less.
   */
  env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '8388608', MALLOC_TRIM_THRESHOLD_: '8388608' },
} as const;
