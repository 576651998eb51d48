import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { handOver } from './hand-over.ts';

function world() {
  const events = new EventEmitter();
  const page = {
    location: { origin: 'app://console' },
    addEventListener: (type: string, listener: (event: { source: unknown; data: unknown }) => void) =>
      void events.on(type, listener),
    postMessage: vi.fn(),
  };
  const wire = Object.assign(new EventEmitter(), { send: vi.fn() });
  handOver(page, wire);
  return {
    page,
    wire,
    says: (data: unknown, source: unknown = page) => events.emit('message', { source, data }),
  };
}

describe('the preload', () => {
  it('asks the shell for a port when the console is ready, and passes it on to the console only', () => {
    const { page, wire, says } = world();
    says('impulse:ready');
    expect(wire.send.mock.calls).toEqual([['impulse:connect']]);
    const port = {};
    wire.emit('impulse:port', { ports: [port] });
    expect(page.postMessage.mock.calls).toEqual([['impulse:port', 'app://console', [port]]]);
  });

  it('passes on nothing else, and ignores other windows', () => {
    const { page, wire, says } = world();
    says('impulse:connect');
    says({ kind: 'impulse:ready' });
    says('impulse:ready', { another: 'window' });
    wire.emit('impulse:port', { ports: [] });
    expect(wire.send).not.toHaveBeenCalled();
    expect(page.postMessage).not.toHaveBeenCalled();
  });
});
