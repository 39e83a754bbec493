export const users = {
  columns: { user: 'User', status: 'Status' },
  disconnect: 'Disconnect',
  cannotDisconnect: 'The only session of this machine is the one that you look at',
  manageAccounts: 'Manage user accounts',
  noAccounts: 'The User Accounts control panel is not installed on this machine',
  switchUser: 'Switch user account',
  expand: 'Expand',
  collapse: 'Collapse',
  goToDetails: 'Go to details',
  session: (id: number) => `Session ${id}`,
  actions: (name: string) => `Actions for ${name}`,
  noMatch: (query: string) => `No user or process matches “${query}”.`,
};
