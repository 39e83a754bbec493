import type { StepEvent } from '../scenarios/play.js';
import type { LabTask } from './schema.js';

const HEX_PREFIX = /^0x/i;
const ENDING = /\.(sys|exe|dll)$/i;

/**
 * Whether an answer is right: one of the facts that the task accepts, as the machine has it.
 * @param events what the scenario's steps did on this machine
 * @throws RangeError when the machine does not know a fact: the lab is not of its scenario
 */
export function isRight({ accept }: LabTask, answer: string, events: readonly StepEvent[]): boolean {
  return accept.some((fact) => {
    const of = events.filter((event) => event.do === fact.event)[fact.at];
    const value = of?.[fact.field];
    if (value === undefined)
      throw new RangeError(`This machine has no "${fact.field}" of ${fact.event} ${fact.at}.`);
    return says(answer.trim().replace(/^[`'"]|[`'"]$/g, ''), value);
  });
}

/** Whether a text is what a learner may write for a value. */
function says(answer: string, value: StepEvent[string]): boolean {
  if (answer === '') return false;
  if (typeof value === 'number') return numbersOf(answer).includes(BigInt(value));
  const text = String(value);
  // An address is never written in decimal digits.
  if (HEX_PREFIX.test(text)) return hexOf(answer) === BigInt(text);
  return plain(answer) === plain(text);
}

/** What digits may mean: Task Manager shows IDs in decimal ones, debuggers in hexadecimal ones. */
function numbersOf(answer: string): bigint[] {
  const hex = hexOf(answer.replace(/^0n/i, ''));
  const decimal = answer.replace(/^0n/i, '');
  return [
    ...(hex === undefined || /^0n/i.test(answer) ? [] : [hex]),
    ...(/^\d{1,20}$/.test(decimal) ? [BigInt(decimal)] : []),
  ];
}

function hexOf(answer: string): bigint | undefined {
  const digits = answer
    .replaceAll(/[`_\s]/g, '')
    .replace(HEX_PREFIX, '')
    .replace(/h$/i, '');
  return /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt(`0x${digits}`) : undefined;
}

/** A name without case, what leads to it and its ending; PAGE_EXECUTE_READWRITE is `execute-readwrite`. */
function plain(name: string): string {
  return name
    .slice(name.lastIndexOf('\\') + 1)
    .replace(ENDING, '')
    .replace(/^PAGE_/i, '')
    .replaceAll(/[\s_-]/g, '')
    .toLowerCase();
}
