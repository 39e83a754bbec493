export const appHistory = {
  columns: { name: 'Name', cpuTime: 'CPU-Zeit', network: 'Netzwerk' },
  since: (date: string) => `Ressourcenauslastung seit ${date} für das aktuelle Benutzerkonto.`,
  sinceForAll: (date: string) =>
    `Ressourcenauslastung seit ${date} für das aktuelle Benutzerkonto und Systemkonten.`,
  deleteHistory: 'Auslastungsverlauf löschen',
  cannotDelete:
    'Gezeigt wird, was die laufenden Apps seit ihrem Start verbraucht haben: Es gibt nichts zu löschen',
  searchOnline: 'Online suchen',
  actions: (name: string) => `Aktionen für ${name}`,
  noMatch: (query: string) => `Keine App entspricht „${query}“.`,
};
