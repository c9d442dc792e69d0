import { expect, it } from 'vitest';
import { loginEntry } from './login-entry';

it('starts the program hidden at login', () => {
  expect(loginEntry('Tutti', ['/opt/Tutti/tutti', '--hidden'])).toBe(
    [
      '[Desktop Entry]',
      'Type=Application',
      'Name=Tutti',
      'Exec="/opt/Tutti/tutti" "--hidden"',
      'Terminal=false',
      'X-GNOME-Autostart-enabled=true',
      '',
    ].join('\n'),
  );
});

it.each([
  ['/home/ana lima/tutti', '"/home/ana lima/tutti"'],
  ['/a"b', '"/a\\\\"b"'],
  ['/a`b$c', '"/a\\\\`b\\\\$c"'],
  ['/a\\b', '"/a\\\\\\\\b"'],
  ['/50%/f', '"/50%%/f"'],
  ['/a\nExec=evil', '"/a\\nExec=evil"'],
])('quotes %j as the specification says', (path, quoted) => {
  expect(loginEntry('Tutti', [path])).toContain(`\nExec=${quoted}\n`);
});
