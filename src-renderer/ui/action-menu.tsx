import { Ellipsis, type LucideIcon } from 'lucide-react';
import { Menu, MenuItem, MenuTrigger, Popover, Text } from 'react-aria-components';
import { IconButton } from './button';
import './popover.css';

interface MenuAction {
  readonly id: string;
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly danger?: boolean;
  onAction(): void;
}

interface Props {
  /** What the menu is about, read aloud. */
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly items: readonly MenuAction[];
  readonly isDisabled?: boolean;
}

/** A symbol that opens a few things to do. */
export function ActionMenu({ label, icon = Ellipsis, items, isDisabled = false }: Props) {
  return (
    <MenuTrigger>
      <IconButton icon={icon} label={label} isDisabled={isDisabled} />
      <Popover className="popover" placement="bottom end">
        <Menu className="option-list" aria-label={label}>
          {items.map((item) => (
            <ActionItem key={item.id} item={item} />
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

function ActionItem({ item: { id, label, icon: Icon, danger, onAction } }: { item: MenuAction }) {
  return (
    <MenuItem id={id} textValue={label} onAction={onAction} className={danger ? 'option option-danger' : 'option'}>
      <span className="option-mark">{Icon === undefined ? null : <Icon size={16} aria-hidden="true" />}</span>
      <Text slot="label" className="option-label">
        {label}
      </Text>
    </MenuItem>
  );
}
