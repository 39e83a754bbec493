export const users = {
  columns: { user: 'Benutzer', status: 'Status' },
  disconnect: 'Trennen',
  cannotDisconnect: 'Die einzige Sitzung dieses Computers ist die, die Sie sehen',
  manageAccounts: 'Benutzerkonten verwalten',
  noAccounts: 'Die Systemsteuerung „Benutzerkonten“ ist auf diesem Computer nicht installiert',
  switchUser: 'Benutzerkonto wechseln',
  expand: 'Erweitern',
  collapse: 'Reduzieren',
  goToDetails: 'Zu Details wechseln',
  session: (id: number) => `Sitzung ${id}`,
  actions: (name: string) => `Aktionen für ${name}`,
  noMatch: (query: string) => `Kein Benutzer oder Prozess entspricht „${query}“.`,
};
