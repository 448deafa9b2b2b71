import type { SectionPage } from '../app/sectionPage.ts';

/** The pages about recordings, in the order in which they are offered. */
export const RECORDINGS_PAGES: readonly SectionPage[] = [
  { name: 'recordings', title: 'Sessions', permission: 'recordings.view', ofCompany: false },
  { name: 'user-recordings', title: 'By user and day', permission: 'recordings.view', ofCompany: true },
  { name: 'exports', title: 'Exports', permission: 'recordings.export', ofCompany: false },
  { name: 'holds', title: 'Holds', permission: 'holds.manage', ofCompany: true },
  { name: 'storage', title: 'Storage', permission: 'storage.view', ofCompany: false },
];
