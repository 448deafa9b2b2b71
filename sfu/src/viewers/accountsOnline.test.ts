import { describe, expect, it } from '@jest/globals';
import { AccountsOnline } from './accountsOnline.ts';

describe('an account', () => {
  it('is online until its last tab is closed', () => {
    const accounts = new AccountsOnline();
    const tabs = [accounts.tabOpened('sue'), accounts.tabOpened('sue')];
    accounts.tabOpened('tom')();
    expect([accounts.isOnline('sue'), accounts.isOnline('tom')]).toEqual([true, false]);
    tabs[1]?.();
    expect(accounts.isOnline('sue')).toBe(true);
    tabs[0]?.();
    expect(accounts.isOnline('sue')).toBe(false);
  });
});
