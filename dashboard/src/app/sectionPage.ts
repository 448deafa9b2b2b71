import type { PagePermission } from '../session/permissions.ts';

/** A page of a section, such as the administration. */
export interface SectionPage {
  /** Of the route. */
  name: string;
  title: string;
  permission: PagePermission;
  /** Whether it is about one company, which is chosen above it. */
  ofCompany: boolean;
  /** Whether it shows owners what belongs to no company, too. */
  ofNoCompany?: boolean;
}
