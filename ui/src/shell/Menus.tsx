import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useQueryClient } from '@tanstack/react-query';
import { saveMe } from '@/session/session';
import { currentLang, languages, setLanguage } from '@/i18n';
import { Icon, type IconName } from '@/ui/Icon';

const mark = (on: boolean) => <span className="sk-menu-check">{on && <Icon name="check" size={14} />}</span>;

/** The language of the page; "saved" keeps it with the user, too. */
export function LanguageMenu({ saved, label }: { saved?: boolean; label?: boolean }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const now = currentLang();
  const name = languages.find((l) => l.id === now)?.label ?? now;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        {label
          ? <button type="button" className="sk-textbutton"><Icon name="language" size={17} />{name}<Icon name="chevronDown" size={14} /></button>
          : <ActionIcon variant="subtle" color="slate" size={36} aria-label={`${t('shell.language')}: ${name}`}><Icon name="language" /></ActionIcon>}
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map((l) => (
          <Menu.Item key={l.id} role="menuitemradio" aria-checked={l.id === now} leftSection={mark(l.id === now)} lang={l.id}
            onClick={() => { void setLanguage(l.id); if (saved) void saveMe(cache, { lang: l.id }).catch(() => undefined); }}>{l.label}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const schemes: { id: 'light' | 'dark' | 'auto'; icon: IconName }[] = [{ id: 'light', icon: 'sun' }, { id: 'dark', icon: 'moon' }, { id: 'auto', icon: 'deviceDesktop' }];

export function ThemeMenu({ saved }: { saved?: boolean }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const icon = schemes.find((s) => s.id === colorScheme)?.icon ?? 'sun';
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Tooltip label={t('shell.theme')}><ActionIcon variant="subtle" color="slate" size={36} aria-label={`${t('shell.theme')}: ${t(`theme.${colorScheme}`)}`}><Icon name={icon} /></ActionIcon></Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map((s) => (
          <Menu.Item key={s.id} role="menuitemradio" aria-checked={s.id === colorScheme} leftSection={<Icon name={s.icon} size={16} />} rightSection={mark(s.id === colorScheme)}
            onClick={() => { setColorScheme(s.id); if (saved) void saveMe(cache, { theme: s.id }).catch(() => undefined); }}>{t(`theme.${s.id}`)}</Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
