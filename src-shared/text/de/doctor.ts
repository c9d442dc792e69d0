import type { doctor as english } from '../en/doctor';
import type { Mirror } from '../mirror';

export const doctor: Mirror<typeof english> = {
  title: 'Netzwerk',
  examine: 'Netzwerk untersuchen',
  again: 'Noch einmal untersuchen',
  firstTitle: 'Kommst du bei allen an?',
  firstDetail:
    'Tutti schickt der ganzen Klasse ein paar Sekunden lang Testdaten und sagt dir, wer sie hört, wer nicht und warum. Dateien bleiben unberührt.',
  nobodyHere: 'Sobald jemand da ist, lässt sich das Netzwerk untersuchen.',
  sending: 'Gerade wird etwas gesendet. Danach lässt sich das Netzwerk untersuchen.',

  running: 'Alle hören zu …',
  runningDetail: 'Das dauert ein paar Sekunden.',
  progress: 'Untersuchung',

  allHear_one: 'Die einzige Person im Raum hört dich',
  allHear_other: 'Alle {{count}} hören dich',
  allHearDetail: 'Musik geht einmal hinaus und kommt bei allen zugleich an.',
  someHear: '{{hear}} von {{all}} hören dich gut',
  someHearDetail: 'Trotzdem bekommen alle alles. Wo das Netzwerk nicht hilft, hilft Tutti, und es dauert länger.',
  noneHear: 'Niemand hört dich gut',
  noneHearDetail: 'Trotzdem bekommen alle alles: nacheinander über TCP, was länger dauert.',
  examinedAt: 'Untersucht um {{time}} auf {{address}}',

  dataPath: {
    accelerated: 'Dieser Computer sendet viele Pakete auf einmal: Sein Beschleuniger ist in Gebrauch.',
    dgram:
      'Dieser Computer sendet Pakete einzeln: Er hat keinen Beschleuniger, mit dem es in großen Klassen schneller ginge.',
  },

  you: 'Du',
  picture: 'Wer dich hört',
  more_one: 'und {{count}} weiterer',
  more_other: 'und {{count}} weitere',
  heard: 'hört {{percent}} %',
  what: 'Tutti',
  advice: 'Du',

  good: {
    title_one: '{{count}} hört alles',
    title_other: '{{count}} hören alles',
    cause: 'Das Netzwerk trägt die Musik zu allen zugleich.',
    tutti: 'Sendet ein einziges Mal für alle.',
    advice: '',
  },
  wifi: {
    title_one: '{{count}} im WLAN hört nur einen Teil',
    title_other: '{{count}} im WLAN hören nur einen Teil',
    cause: 'WLAN wiederholt nicht, was beim Senden an eine Gruppe verloren geht, je weiter weg, desto schlimmer.',
    tutti: 'Sendet genau das nach, was dort fehlt, und wird langsamer, wenn es sein muss.',
    advice: 'Näher am Access Point oder mit Kabel geht es schneller.',
  },
  overload: {
    title_one: '{{count}} kommt nicht mit',
    title_other: '{{count}} kommen nicht mit',
    cause:
      'Kommen die Daten schnell, geht etwas verloren: Der Computer oder seine Verbindung ist langsam oder beschäftigt.',
    tutti: 'Sendet so langsam, dass die Klasse mitkommt, und sendet Fehlendes nach.',
    advice: 'Vielleicht hilft es, dort andere Programme zu schließen.',
  },
  lossy: {
    title_one: '{{count}} hört nur einen Teil',
    title_other: '{{count}} hören nur einen Teil',
    cause: 'Unterwegs gehen Daten verloren, wahrscheinlich an einem Kabel, einem Stecker oder einem Switch.',
    tutti: 'Sendet genau das nach, was dort fehlt.',
    advice: 'Vielleicht hilft ein anderes Kabel oder eine andere Dose.',
  },
  firewall: {
    title_one: '{{count}} hört nichts',
    title_other: '{{count}} hören nichts',
    cause: 'Wahrscheinlich hält eine Firewall auf dem Computer alles fern.',
    tutti: 'Sendet dorthin einzeln über TCP: Alles kommt an, nur später als bei den anderen.',
    advice: 'Erlaube Tutti dort in der Firewall, unter Windows für private Netzwerke.',
  },
  isolation: {
    title_one: '{{count}} im WLAN hört nichts',
    title_other: '{{count}} im WLAN hören nichts',
    cause:
      'Wahrscheinlich hält der Access Point Gruppenverkehr von seinen Geräten fern (Client-Isolation oder ein Multicast-Filter).',
    tutti: 'Sendet dorthin einzeln über TCP: Alles kommt an, nur später als bei den anderen.',
    advice: 'Bitte die Betreuung des WLANs, Multicast zu erlauben, oder nimm Kabel.',
  },
  snooping: {
    title_one: '{{count}} hört nichts',
    title_other: 'Von {{count}} hört niemand etwas',
    cause:
      'Wahrscheinlich filtert ein Switch Gruppenverkehr (IGMP-Snooping), und nichts im Netzwerk fragt, wer ihn haben will (kein Querier).',
    tutti: 'Sendet nacheinander über TCP: Alles kommt an, dauert aber länger.',
    advice: 'Bitte die Betreuung des Netzwerks, einen IGMP-Querier ein- oder IGMP-Snooping auszuschalten.',
  },
  wrongAdapter: {
    title_one: '{{count}} hört es über einen anderen Adapter',
    title_other: '{{count}} hören es über einen anderen Adapter',
    cause: 'Der Computer hat zwei Verbindungen, und die Daten kommen über die, die nicht zu dir führt.',
    tutti: 'Sendet dorthin einzeln über TCP: Alles kommt an, nur später als bei den anderen.',
    advice: 'Schalte dort die Verbindung aus, die nicht gebraucht wird, etwa das WLAN neben dem Kabel.',
  },
  gone: {
    title_one: '{{count}} ist inzwischen gegangen',
    title_other: '{{count}} sind inzwischen gegangen',
    cause: 'Die Verbindung endete während der Untersuchung.',
    tutti: 'Macht von selbst weiter, sobald die Verbindung wieder da ist.',
    advice: '',
  },
  silent: {
    title_one: '{{count}} hat nicht geantwortet',
    title_other: '{{count}} haben nicht geantwortet',
    cause: 'Eine ältere Version von Tutti oder ein Computer, der beschäftigt ist.',
    tutti: 'Merkt beim Senden, ob es ankommt, und nimmt sonst TCP.',
    advice: '',
  },
};
