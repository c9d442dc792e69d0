import { existsSync } from 'node:fs';
import { join } from 'node:path';

export type AdapterKind = 'wifi' | 'wired' | 'unknown';

const LINUX_ADAPTERS = '/sys/class/net';
/** What Windows calls its adapters in many languages; macOS calls all of them `en`. */
const WIFI_NAME = /wi-?fi|wlan|wireless|wlp|^wl/i;
const WIRED_NAME = /ethernet|^eth|^lan\b/i;

/** What kind of adapter an interface is, as far as the system tells: Linux by its device, others by the name. */
export function adapterKind(name: string, adapters = LINUX_ADAPTERS): AdapterKind {
  if (existsSync(join(adapters, name, 'wireless')) || existsSync(join(adapters, name, 'phy80211'))) return 'wifi';
  if (existsSync(join(adapters, name, 'device'))) return 'wired';
  if (WIFI_NAME.test(name)) return 'wifi';
  return WIRED_NAME.test(name) ? 'wired' : 'unknown';
}
