export const properties = {
  title: (name: string) => `Eigenschaften von ${name}`,
  description: 'Dateibeschreibung',
  imageName: 'Prozessname',
  publisher: 'Herausgeber',
  location: 'Ort',
  pid: 'PID',
  parentPid: 'PID des Elternprozesses',
  session: 'Sitzungs-ID',
  threads: 'Threads',
  none: '—',
};
