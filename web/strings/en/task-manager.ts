export const taskManager = {
  title: 'Task Manager',
  search: 'Type a name, publisher, or PID to search',
  navigation: 'Open navigation',
  pages: {
    processes: 'Processes',
    performance: 'Performance',
    'app-history': 'App history',
    'startup-apps': 'Startup apps',
    users: 'Users',
    details: 'Details',
    services: 'Services',
    settings: 'Settings',
  },
  selectFirst: 'Select a process first',
};

export const commands = {
  runNewTask: 'Run new task',
  endTask: 'End task',
  efficiencyMode: 'Efficiency mode',
  more: 'View options',
  groupByType: 'Group by type',
  expandAll: 'Expand all',
  collapseAll: 'Collapse all',
};

export const messages = {
  dumpStopped: 'The machine stopped answering while it took the dump.',
  dumpStoppedStatus: 'No status from the machine',
  feedbackTitle: 'Provide feedback',
  feedback: 'Feedback Hub is not installed on this machine.',
  ok: 'OK',
};
