import { expect, it } from 'vitest';
import type { Finding } from '@/api/types';
import { sameFindings } from './model';

const finding = (id: string, level: Finding['level'], detail = ''): Finding => ({ id, level, title_key: `doctor.${id}`, detail });

it('passes a warning that was seen, although the figures beside it moved', () => {
  expect(sameFindings([finding('clock', 'warn'), finding('disk', 'ok', '73.9 GB free')], [finding('disk', 'ok', '73.8 GB free'), finding('clock', 'warn')])).toBe(true);
  expect(sameFindings([finding('clock', 'warn'), finding('disk', 'ok')], [finding('clock', 'warn'), finding('disk', 'warn')])).toBe(false);
});
