import { describe, expect, it } from 'vitest';
import { navGroups } from '@/shell/Nav';
import en from '@/i18n/en';
import { routes } from './routes';

describe('the table of routes', () => {
  it('has no path twice and a title for each', () => {
    expect(new Set(routes.map((r) => r.path)).size).toBe(routes.length);
    for (const r of routes) expect(Object.keys(en.page)).toContain(r.name);
  });
  it('agrees with the navigation about what a page needs', () => {
    for (const item of navGroups.flatMap((g) => g.items)) {
      const route = routes.find((r) => r.path === item.to);
      expect(route, item.to).toBeDefined();
      expect(route?.needs).toBe(item.needs ?? 'self');
    }
  });
  it('lists every page file', async () => {
    const { readdirSync } = await import('node:fs');
    const { join } = await import('node:path');
    const files = (readdirSync(join(__dirname, '../pages'), { recursive: true }) as string[]).filter((f) => /Page\.tsx$/.test(f) && !f.endsWith('AuthPage.tsx'));
    expect(routes.length).toBe(files.length);
  });
});
