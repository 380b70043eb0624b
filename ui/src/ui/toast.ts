import { notifications } from '@mantine/notifications';
import { word } from '@/i18n';
import { problemText } from './Blocks';

export const toast = (message: string): void => { notifications.show({ message, color: 'teal', withBorder: true, autoClose: 4000, closeButtonProps: { 'aria-label': word('common.close') } }); };
export const toastError = (err: unknown): void => { notifications.show({ message: problemText(err), color: 'red', withBorder: true, autoClose: 8000, closeButtonProps: { 'aria-label': word('common.close') } }); };
