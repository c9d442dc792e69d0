/** The text of a desktop entry, as the Desktop Entry Specification 1.5 has it, that starts this program at login. */
export function loginEntry(name: string, command: readonly string[]): string {
  const lines = ['[Desktop Entry]', 'Type=Application', `Name=${name}`, `Exec=${execOf(command)}`, 'Terminal=false'];
  return `${lines.join('\n')}\nX-GNOME-Autostart-enabled=true\n`;
}

/** Each argument quoted; a percent sign would be a field code, and every backslash is read twice. */
function execOf(command: readonly string[]): string {
  return command
    .map((argument) => `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`)
    .join(' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n');
}
