export const startupApps = {
  columns: { name: 'Name', publisher: 'Herausgeber', status: 'Status', impact: 'Startauswirkungen' },
  enabled: 'Aktiviert',
  disabled: 'Deaktiviert',
  impact: { notMeasured: 'Nicht gemessen', none: 'Keine' },
  enable: 'Aktivieren',
  disable: 'Deaktivieren',
  searchOnline: 'Online suchen',
  selectFirst: 'Wählen Sie zuerst eine App',
  isEnabled: 'Die App ist bereits aktiviert',
  isDisabled: 'Die App ist bereits deaktiviert',
  actions: (name: string) => `Aktionen für ${name}`,
  noMatch: (query: string) => `Keine Autostart-App entspricht „${query}“.`,
};
