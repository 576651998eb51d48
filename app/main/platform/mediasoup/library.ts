/**
 * The parts of mediasoup that are used, by name: a bundle offers a CommonJS package to a dynamic import only as a whole. Loaded with the
 * first room, since most nodes never host one.
 */
export { createWorker, setLogEventListeners } from 'mediasoup';
