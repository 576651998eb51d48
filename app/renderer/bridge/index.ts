export { ClientProvider, useBridge, useClient, useConnection } from './context.tsx';
export type { Bridge } from './client.ts';
export type { Connection, ConnectionState } from './connection.ts';
export { problemOf } from './problem.ts';
