import type { shell as english } from '../en/shell';
import type { Mirror } from '../mirror';

export const shell: Mirror<typeof english> = {
  navigation: 'Hauptnavigation',
  send: 'Senden',
  class: 'Klasse',
  library: 'Verlauf',
  channels: 'Kanäle',
  devices: 'Geräte',
  network: 'Netzwerk',
  settings: 'Einstellungen',
  strangers_one: '{{count}} fremdes Gerät',
  strangers_other: '{{count}} fremde Geräte',
  here: '{{here}} von {{all}} da',
  nobodyPaired: 'Noch niemand gekoppelt',
  noNetwork: 'Kein Netzwerk: Niemand erreicht diesen Raum',
  code: 'Code',
  showCode: 'Code {{code}} groß zeigen',
  back: 'Zurück',
  starting: 'Tutti startet …',
  failedTitle: 'Tutti kann das Netzwerk nicht nutzen',
  failedDetail: 'Nichts ist verloren: Was unterbrochen wurde, geht weiter, sobald es wieder klappt.',
  brokenTitle: 'Diese Seite ließ sich nicht anzeigen',
  brokenDetail: 'Senden und Empfangen laufen weiter. Passiert es wieder, melde bitte, was auf der Seite stand.',
  brokenRetry: 'Fenster neu anzeigen',
};
