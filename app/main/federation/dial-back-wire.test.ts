import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DialBackAnswer, DialBackRequest } from './dial-back-wire.ts';

test('[D2] any message is parsed or refused, and a parsed one is within the limits', () => {
  const value = fc.oneof(
    fc.anything(),
    fc.tuple(
      fc.constantFrom('dial', 'dialled'),
      fc.array(fc.oneof(fc.string(), fc.constantFrom('reached', 'failed'))),
    ),
  );
  fc.assert(
    fc.property(value, (message) => {
      const request = DialBackRequest.safeParse(message);
      if (request.success)
        expect(request.data[1].length).toSatisfy((count: number) => count >= 1 && count <= 4);
      const answer = DialBackAnswer.safeParse(message);
      if (answer.success) expect(answer.data[1].length).toBeLessThanOrEqual(4);
    }),
  );
});
