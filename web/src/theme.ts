/** Colours, type and sizes of the console: dense, quiet, with colour kept for state. */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const tide: MantineColorsTuple = [
  '#ecf6f9',
  '#d8eaf1',
  '#b0d5e2',
  '#84bed2',
  '#5fabc5',
  '#479fbd',
  '#2d86a6',
  '#1b7595',
  '#0f627f',
  '#074d66',
];

/** Neutral blue-greys, so that the dark scheme is not black. */
const dark: MantineColorsTuple = [
  '#dfe5ea',
  '#c3ccd4',
  '#a3afb9',
  '#7e8b96',
  '#4b5863',
  '#36424c',
  '#28333c',
  '#1d262d',
  '#161d23',
  '#10161b',
];

const sans =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif';

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 8, dark: 7 },
  colors: { tide, dark },
  fontFamily: sans,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", monospace',
  headings: { fontFamily: sans, fontWeight: '650', sizes: { h1: { fontSize: '1.375rem', lineHeight: '1.3' } } },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5' },
  defaultRadius: 'sm',
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Modal: {
      defaultProps: { centered: false, yOffset: '8vh', transitionProps: { duration: 120 } },
      styles: { title: { fontSize: 16, fontWeight: 650 } },
    },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250 } },
    Checkbox: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { size: 'sm' } },
  },
});

/** Secondary text and placeholders dark enough to be read, which the library's own are not. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55626d',
    '--mantine-color-placeholder': '#67737d',
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#18222a',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-anchor': '#0a5f7d',
  },
  dark: {
    '--mantine-color-dimmed': '#a3afb9',
    '--mantine-color-placeholder': '#8d99a4',
    '--mantine-color-body': '#161d23',
    '--mantine-color-text': '#dfe5ea',
    '--mantine-color-error': '#ff9d94',
    '--mantine-color-anchor': '#8fd0e8',
  },
});
