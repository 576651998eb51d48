export { done, implementContract, type Api } from './procedures.ts';
export { each, latest, type Subscribe } from './stream.ts';
