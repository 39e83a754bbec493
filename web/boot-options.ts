import type { BootOptions } from '../sim/worker/sim-api.js';
import { strings } from './strings/index.js';

/**
 * Which machine to boot, from the address: `?scenario=baseline&seed=1`, which are also the defaults.
 * @throws Error with a sentence for the user when the seed is not a whole number. The machine knows its scenarios,
 *   sizes (`machine=server`) and profiles (`profile=win11-22000.2538`).
 */
export function bootOptions(search: string): BootOptions {
  const parameters = new URLSearchParams(search);
  const seed = parameters.get('seed') ?? '1';
  if (!/^\d+$/.test(seed) || !Number.isSafeInteger(Number(seed))) throw new Error(strings.boot.badSeed(seed));
  const profile = parameters.get('profile');
  const machine = parameters.get('machine');
  return {
    scenario: parameters.get('scenario') ?? 'baseline',
    seed: Number(seed),
    ...(profile === null ? {} : { profile }),
    ...(machine === null ? {} : { machine }),
  };
}
