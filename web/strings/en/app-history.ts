export const appHistory = {
  columns: { name: 'Name', cpuTime: 'CPU time', network: 'Network' },
  since: (date: string) => `Resource usage since ${date} for current user account.`,
  sinceForAll: (date: string) => `Resource usage since ${date} for current user and system accounts.`,
  deleteHistory: 'Delete usage history',
  cannotDelete:
    'What is shown is what the running apps have used since they started: there is nothing to delete',
  searchOnline: 'Search online',
  actions: (name: string) => `Actions for ${name}`,
  noMatch: (query: string) => `No app matches “${query}”.`,
};
