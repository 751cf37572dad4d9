/** Light, dark, or as the system says. */
import { ActionIcon, Tooltip, useMantineColorScheme } from '@mantine/core';
import { Icon } from '../icons.tsx';

const order = ['auto', 'light', 'dark'] as const;
const names = { auto: 'as the system', light: 'light', dark: 'dark' } as const;
const icons = { auto: 'system', light: 'sun', dark: 'moon' } as const;

/** Goes round the three colour schemes. */
export function SchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = order[(order.indexOf(colorScheme) + 1) % order.length] ?? 'auto';
  const label = `Colours: ${names[colorScheme]}. Switch to ${names[next]}.`;
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(next)}>
        <Icon name={icons[colorScheme]} />
      </ActionIcon>
    </Tooltip>
  );
}
