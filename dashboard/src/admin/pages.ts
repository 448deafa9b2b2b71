import type { SectionPage } from '../app/sectionPage.ts';

/** The pages of the administration, in the order in which they are offered. */
export const ADMIN_PAGES: readonly SectionPage[] = [
  { name: 'devices', title: 'Devices', permission: 'manage', ofCompany: true },
  { name: 'enrolment', title: 'Enrolment', permission: 'manage', ofCompany: true },
  { name: 'groups', title: 'Groups', permission: 'manage', ofCompany: true },
  { name: 'accounts', title: 'Accounts', permission: 'manage', ofCompany: false },
  { name: 'companies', title: 'Companies', permission: 'manage', ofCompany: false },
  { name: 'audit', title: 'Audit', permission: 'audit.view', ofCompany: true, ofNoCompany: true },
];
