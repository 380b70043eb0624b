import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Ten shades around the ink #1457C4, the sixth is the filled colour. */
const ink: MantineColorsTuple = [
  '#EEF4FF', '#DCE8FC', '#B9D0F7', '#8FB3F0', '#5F90E6', '#3472D8', '#1457C4', '#0F48A6', '#0B3986', '#072A66',
];
const slate: MantineColorsTuple = [
  '#F6F8FA', '#EDF0F4', '#DDE3EA', '#C6CFD9', '#A4AFBD', '#7D8999', '#5A6472', '#3F4956', '#28303A', '#171C23',
];

/** The ground of the dark scheme: slate instead of the library's neutral grey. */
const dark: MantineColorsTuple = [
  '#DDE3EA', '#C3CCD6', '#A4AFBD', '#7D8999', '#38424E', '#2B333D', '#1D232B', '#14181D', '#101419', '#0C0F13',
];

export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: 6,
  colors: { ink, slate, dark },
  fontFamily: "'Inter Variable', system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, 'Noto Sans Mono CJK SC', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '0.375rem', sm: '0.625rem', md: '0.875rem', lg: '1.25rem', xl: '1.75rem' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '16px' },
  defaultRadius: 'md',
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '1.25rem', lineHeight: '1.3' }, h2: { fontSize: '1.0625rem', lineHeight: '1.35' }, h3: { fontSize: '0.9375rem', lineHeight: '1.4' } },
  },
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', checkIconPosition: 'right', allowDeselect: false, comboboxProps: { shadow: 'md' } } },
    NumberInput: { defaultProps: { size: 'sm' } },
    Textarea: { defaultProps: { size: 'sm' } },
    Text: { defaultProps: { size: 'sm' } },
    Anchor: { defaultProps: { size: 'sm' } },
    Drawer: { defaultProps: { position: 'right', shadow: 'xl', overlayProps: { backgroundOpacity: 0.25 } } },
    Modal: { defaultProps: { centered: true, shadow: 'xl', overlayProps: { backgroundOpacity: 0.4 } } },
    Menu: { defaultProps: { shadow: 'md' } },
    Tooltip: { defaultProps: { openDelay: 300, withinPortal: true } },
  },
});

/** Contrast-checked overrides: the defaults of the library fail AA for dimmed, error, placeholder and dark links. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#FFFFFF', '--mantine-color-text': '#14181D', '--mantine-color-dimmed': '#4F5B6B',
    '--mantine-color-error': '#B3261E', '--mantine-color-placeholder': '#5A6472', '--mantine-color-anchor': '#1457C4',
    '--mantine-color-default-border': '#D5DCE4',
    '--mantine-color-ink-light': '#E3EDFD', '--mantine-color-ink-light-hover': '#D5E3FB', '--mantine-color-ink-light-color': '#0B3986',
    '--sk-page': '#F5F7FA', '--sk-card': '#FFFFFF', '--sk-line': '#DFE5EC', '--sk-row-hover': '#F5F8FC', '--sk-row-active': '#EAF1FD',
    '--sk-ok': '#006D4E', '--sk-warn': '#8A5A00', '--sk-bad': '#B3261E', '--sk-idle': '#4F5B6B', '--sk-info': '#1457C4',
    '--sk-ok-bg': '#E4F4EE', '--sk-warn-bg': '#FDF3DF', '--sk-bad-bg': '#FCEBEA', '--sk-idle-bg': '#EEF1F5', '--sk-info-bg': '#E3EDFD',
  },
  dark: {
    '--mantine-color-body': '#14181D', '--mantine-color-text': '#DDE3EA', '--mantine-color-dimmed': '#A9B4C1',
    '--mantine-color-error': '#FF8F86', '--mantine-color-placeholder': '#A4AFBD', '--mantine-color-anchor': '#8AB4FF',
    '--mantine-color-default': '#1D232B', '--mantine-color-default-hover': '#252D37', '--mantine-color-default-border': '#38424E',
    '--mantine-color-ink-filled': '#2A66CC', '--mantine-color-ink-filled-hover': '#3472D8',
    '--mantine-color-ink-light': '#1A2C4A', '--mantine-color-ink-light-hover': '#203558', '--mantine-color-ink-light-color': '#B9D0F7',
    '--mantine-color-ink-outline': '#8AB4FF', '--mantine-color-ink-text': '#8AB4FF',
    '--sk-page': '#101419', '--sk-card': '#171C23', '--sk-line': '#2B333D', '--sk-row-hover': '#1C222A', '--sk-row-active': '#1B2A42',
    '--sk-ok': '#4FD1A1', '--sk-warn': '#F0B849', '--sk-bad': '#FF8F86', '--sk-idle': '#A4AFBD', '--sk-info': '#8AB4FF',
    '--sk-ok-bg': '#12302A', '--sk-warn-bg': '#33290F', '--sk-bad-bg': '#3A1E1E', '--sk-idle-bg': '#232A33', '--sk-info-bg': '#1A2C4A',
  },
});
