import table from './advice.json';

const OTHERWISE = 'Try again. If it fails again, reload the page to start the machine anew.';

/** What the user can do about a failed dump. @param status NTSTATUS as the machine reports it: name, number or both. */
export function adviceFor(status: string): string {
  const reported = status.toLowerCase();
  const known = table.find(({ statuses }) => statuses.some((name) => reported.includes(name.toLowerCase())));
  return known?.advice ?? OTHERWISE;
}
