import { Anchor } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Banner as BannerData, Session } from '@/api/types';
import { Go } from '@/app/nav';
import { word } from '@/i18n';
import { Banner } from '@/ui/Blocks';

/** Where a banner is dealt with. */
const wayOut: Record<string, string> = { mfa: '/me?tab=security', clock: '/system', restored: '/system', recovery: '/system?tab=backups', backup: '/system?tab=backups', mail: '/mail/settings', certificate: '/system?tab=certificates' };

export function Banners({ session }: { session: Session }) {
  const { t } = useTranslation();
  const text = (b: BannerData): string => word(b.text_key, b.text_key, b.params);
  return (
    <div className="sk-banners">
      {session.banners.map((b) => (
        <Banner key={b.id} level={b.level} action={wayOut[b.id] && <Anchor component={Go} to={wayOut[b.id]!} underline="always" fw={600}>{t('banner.open')}</Anchor>}>{text(b)}</Banner>
      ))}
    </div>
  );
}
