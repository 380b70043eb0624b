import { describe, expect, it } from 'vitest';
import { nextSort, parseSearch, readState, stringifySearch, toQuery, writeState } from './urlState';

describe('the state of a list in the URL', () => {
  it('survives the way through the address bar', () => {
    const search = writeState({}, { q: '上海 & co', sort: '-since', filters: { state: ['connected', 'awaiting'], account: ['e1'] }, open: 'p1' }, 'name');
    expect(readState(parseSearch(stringifySearch(search)), 'name')).toEqual({ q: '上海 & co', sort: '-since', filters: { state: ['connected', 'awaiting'], account: ['e1'] }, after: '', open: 'p1', tab: '' });
  });
  it('leaves the default order out', () => expect(stringifySearch(writeState({}, { sort: 'name' }, 'name'))).toBe(''));
  it('starts from the top after another filter, order or search', () => {
    for (const c of [{ q: 'x' }, { sort: '-name' }, { filters: {} }]) expect(writeState({ after: 'cursor' }, c, 'name').after).toBeUndefined();
    expect(writeState({ after: 'cursor' }, { open: 'p1' }, 'name').after).toBe('cursor');
  });
  it('keeps what it does not know and drops the tab with the drawer', () => {
    expect(writeState({ view: 'tree', open: 'a', tab: 'users' }, { open: '' }, 'name')).toEqual({ view: 'tree' });
  });
  it('asks the server with deep filters', () => {
    expect(toQuery({ q: 'x', sort: 'name', filters: { state: ['a', 'b'], none: [] } })).toEqual({ q: 'x', sort: 'name', 'filter[state]': 'a,b' });
  });
  it('turns the order around at the second click', () => {
    expect(nextSort('', 'name')).toBe('name');
    expect(nextSort('name', 'name')).toBe('-name');
    expect(nextSort('-name', 'name')).toBe('name');
  });
});
