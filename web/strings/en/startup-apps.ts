export const startupApps = {
  columns: { name: 'Name', publisher: 'Publisher', status: 'Status', impact: 'Startup impact' },
  lastBiosTime: 'Last BIOS time:',
  seconds: (seconds: string) => `${seconds} seconds`,
  enabled: 'Enabled',
  disabled: 'Disabled',
  /** Windows has not measured it, or has no need to. */
  impact: { notMeasured: 'Not measured', none: 'None' },
  enable: 'Enable',
  disable: 'Disable',
  properties: 'Properties',
  file: 'File',
  searchOnline: 'Search online',
  selectFirst: 'Select an app first',
  isEnabled: 'The app is enabled already',
  isDisabled: 'The app is disabled already',
  actions: (name: string) => `Actions for ${name}`,
  noMatch: (query: string) => `No startup app matches “${query}”.`,
};
