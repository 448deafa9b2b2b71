import type { PagePermission } from '../session/permissions.ts';

/** A page of the administration. */
export interface AdminPage {
  /** Of the route. */
  name: string;
  title: string;
  permission: PagePermission;
  /** Whether it is about one company, which is chosen above it. */
  ofCompany: boolean;
}

/** The pages of the administration, in the order in which they are offered. */
export const ADMIN_PAGES: readonly AdminPage[] = [
  { name: 'devices', title: 'Devices', permission: 'manage', ofCompany: true },
  { name: 'enrolment', title: 'Enrolment', permission: 'manage', ofCompany: true },
  { name: 'groups', title: 'Groups', permission: 'manage', ofCompany: true },
  { name: 'accounts', title: 'Accounts', permission: 'manage', ofCompany: false },
  { name: 'companies', title: 'Companies', permission: 'manage', ofCompany: false },
  { name: 'audit', title: 'Audit', permission: 'audit.view', ofCompany: true },
];
