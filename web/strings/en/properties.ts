export const properties = {
  title: (name: string) => `${name} Properties`,
  description: 'File description',
  imageName: 'Process name',
  publisher: 'Publisher',
  location: 'Location',
  pid: 'PID',
  parentPid: 'Parent PID',
  session: 'Session ID',
  threads: 'Threads',
  none: '—',
};
