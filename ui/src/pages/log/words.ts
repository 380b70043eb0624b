import { word } from '@/i18n';

/** The words of an action of the catalogue; its own name where there are none yet. */
export const actionWord = (action: string): string => word(`action.${action.replaceAll('.', '_')}`, action);
