import { expect, test } from 'vitest';
import { TextOrder } from '../../../web/text-order.js';

const TEXTS = ['svchost 10', 'Über', 'svchost 9', 'zebra', 'uber', 'SVCHOST 9', '', 'apple'];
const collator = new Intl.Collator('de', { sensitivity: 'base', numeric: true });

test('places are those of the language, whether texts were learnt together, later or never', () => {
  const order = new TextOrder('de');
  order.learn(TEXTS.slice(0, 3));
  order.learn(TEXTS.slice(2, 6));
  for (const a of TEXTS)
    for (const b of TEXTS)
      expect(Math.sign(order.compare(a, b)), `${a} : ${b}`).toBe(Math.sign(collator.compare(a, b)));
});
