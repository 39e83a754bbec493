export const eventViewer = {
  title: 'Event Viewer',
  events: 'Live kernel dump events',
  details: 'Event details',
  columns: {
    level: 'Level',
    time: 'Date and Time',
    source: 'Source',
    id: 'Event ID',
    task: 'Task Category',
  },
  information: 'Information',
  channel: 'Log',
  time: 'Logged',
  empty: 'No live kernel memory dump has been asked for yet.',
};
