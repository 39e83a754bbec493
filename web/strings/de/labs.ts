import type { labs as english } from '../en/labs.js';

export const labs: typeof english = {
  intro:
    'Jede Übung startet den Computer mit einem Fehler darauf. Finden Sie ihn mit dem Task-Manager, einem Abbild und dem Debugger.',
  list: 'Übungen',
  levels: { beginner: 'Einsteiger', intermediate: 'Fortgeschritten', advanced: 'Experte' },
  solved: (done, all) => `${done} von ${all} gelöst`,
  start: 'Starten',
  startLab: (title) => `Starten: ${title}`,
  again: 'Neu beginnen',
  leave: 'Übung verlassen',
  startQuestion: 'Computer neu starten?',
  leaveQuestion: 'Diese Übung verlassen?',
  lost: 'Der Computer wird neu gestartet: Gestartete Programme, Fenster und ein Abbild, das gerade geschrieben wird, gehen verloren. Abbilder auf seinem Datenträger und gelöste Aufgaben bleiben.',
  confirm: 'Computer starten',
  cancel: 'Abbrechen',
  task: (number) => `Aufgabe ${number}`,
  answer: 'Ihre Antwort',
  check: 'Prüfen',
  right: 'Richtig.',
  wrong: 'Noch nicht. Sehen Sie noch einmal nach, oder öffnen Sie einen Hinweis.',
  empty: 'Geben Sie zuerst eine Antwort ein.',
  hint: (number) => `Hinweis ${number}`,
  all: 'Alle Aufgaben sind gelöst. Gut gemacht!',
};
