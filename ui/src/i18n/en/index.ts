import { accounts } from './accounts';
import { auth } from './auth';
import { common } from './common';
import { faults } from './faults';
import { logs } from './logs';
import { pbx } from './pbx';
import { setup } from './setup';
import { system } from './system';

export const messages = { ...common, ...auth, ...setup, ...accounts, ...pbx, ...logs, ...system, ...faults };
export type Messages = typeof messages;
export default messages;
