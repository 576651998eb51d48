export { ClientProvider, useBridge, useClient, useConnection } from './context.tsx';
export type { Bridge, FakeProcedures, Fakes } from './client.ts';
export type { Connection, ConnectionState } from './connection.ts';
export { problemOf } from './problem.ts';
