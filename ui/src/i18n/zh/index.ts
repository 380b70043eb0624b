import type { Translation } from '..';
import type { Messages } from '../en';
import { accounts } from './accounts';
import { auth } from './auth';
import { common } from './common';
import { faults } from './faults';
import { logs } from './logs';
import { pbx } from './pbx';
import { setup } from './setup';
import { system } from './system';

const messages: Translation<Messages> = { ...common, ...auth, ...setup, ...accounts, ...pbx, ...logs, ...system, ...faults };
export default messages;
