/** The page's address with the machine that a lab needs. */
export function addressOfLab(here: string, lab: { name: string; scenario: string }): string {
  const url = new URL(here);
  url.searchParams.set('scenario', lab.scenario);
  url.searchParams.set('lab', lab.name);
  return url.href;
}

/** The page's address with the ordinary machine. */
export function addressWithoutLab(here: string): string {
  const url = new URL(here);
  url.searchParams.delete('scenario');
  url.searchParams.delete('lab');
  return url.href;
}
