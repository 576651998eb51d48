/**
 * The features of a node. Each module exports `contract`, its procedures, and where a sysop may set something,
 * `settings` with a schema, defaults, and whether a community may have values of its own.
 */
export * as archive from './archive.ts';
export * as boards from './boards.ts';
export * as calls from './calls.ts';
export * as chat from './chat.ts';
export * as federation from './federation.ts';
export * as files from './files.ts';
export * as judgements from './judgements.ts';
export * as ledger from './ledger.ts';
export * as maintenance from './maintenance.ts';
export * as members from './members.ts';
export * as moderation from './moderation.ts';
export * as review from './review.ts';
