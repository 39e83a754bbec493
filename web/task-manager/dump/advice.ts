import statuses from './advice.json';
import { texts } from '../text.js';

const text = texts.dump.advice;

/** What the user can do about a failed dump. @param status NTSTATUS as the machine reports it: name, number or both. */
export function adviceFor(status: string): string {
  const reported = status.toLowerCase();
  const known = (Object.keys(statuses) as (keyof typeof statuses)[]).find((advice) =>
    statuses[advice].some((name) => reported.includes(name.toLowerCase())),
  );
  return text[known ?? 'otherwise'];
}
