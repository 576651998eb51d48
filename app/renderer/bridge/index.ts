export {
  ClientProvider,
  CommunityProvider,
  useBridge,
  useClient,
  useConnection,
  useNodeBridge,
  useNodeClient,
} from './context.tsx';
export type { Bridge, Connected, NodeBridge } from './client.ts';
export { finalStateOf, type Connection, type ConnectionState } from './connection.ts';
export { problemOf } from './problem.ts';
