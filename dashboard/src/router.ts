import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router';
import FocusView from './focus/FocusView.vue';
import { ADMIN_PAGES } from './admin/pages.ts';
import { RECORDINGS_PAGES } from './recordings/pages.ts';
import { createGuard } from './session/guard.ts';
import type { PagePermission } from './session/permissions.ts';
import { takeDestination } from './session/remembered.ts';
import type { Session } from './session/session.ts';
import WallView from './wall/WallView.vue';

declare module 'vue-router' {
  interface RouteMeta {
    /** What one must be allowed to do somewhere to see the page. */
    permission?: PagePermission;
  }
}

const ROUTES: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'wall',
    component: WallView,
    meta: { permission: 'live.view' },
    children: [{ path: 'watch/:clientId/:trackId?', name: 'focus', component: FocusView, props: true }],
  },
  { path: '/sign-in', name: 'sign-in', component: () => import('./session/SignInView.vue') },
  { path: '/new-password', name: 'new-password', component: () => import('./session/NewPasswordView.vue') },
  { path: '/account', name: 'account', component: () => import('./account/AccountView.vue') },
  {
    path: '/recordings',
    component: () => import('./app/SectionView.vue'),
    props: { title: 'Recordings', pages: RECORDINGS_PAGES },
    children: [
      {
        path: '',
        name: 'recordings',
        component: () => import('./recordings/RecordingsView.vue'),
        meta: { permission: 'recordings.view' },
      },
      {
        path: 'by-user',
        name: 'user-recordings',
        component: () => import('./recordings/UserRecordingsView.vue'),
        meta: { permission: 'recordings.view' },
      },
      {
        path: 'exports',
        name: 'exports',
        component: () => import('./exports/ExportsView.vue'),
        meta: { permission: 'recordings.export' },
      },
      {
        path: 'holds',
        name: 'holds',
        component: () => import('./holds/HoldsView.vue'),
        meta: { permission: 'holds.manage' },
      },
      {
        path: 'storage',
        name: 'storage',
        component: () => import('./storage/StorageView.vue'),
        meta: { permission: 'storage.view' },
      },
    ],
  },
  {
    path: '/recordings/session/:sessionId/:trackId?',
    name: 'recording',
    component: () => import('./recordings/PlayerView.vue'),
    props: true,
    meta: { permission: 'recordings.view' },
  },
  {
    path: '/idle-alerts',
    name: 'idle-alerts',
    component: () => import('./idle/IdleAlertsView.vue'),
    meta: { permission: 'live.view' },
  },
  {
    path: '/admin',
    component: () => import('./app/SectionView.vue'),
    props: { title: 'Administration', pages: ADMIN_PAGES },
    children: [
      {
        path: 'devices',
        name: 'devices',
        component: () => import('./admin/DevicesView.vue'),
        meta: { permission: 'manage' },
      },
      {
        path: 'enrolment',
        name: 'enrolment',
        component: () => import('./admin/EnrolmentView.vue'),
        meta: { permission: 'manage' },
      },
      {
        path: 'groups',
        name: 'groups',
        component: () => import('./admin/GroupsView.vue'),
        meta: { permission: 'manage' },
      },
      {
        path: 'accounts',
        name: 'accounts',
        component: () => import('./admin/AccountsView.vue'),
        meta: { permission: 'manage' },
      },
      {
        path: 'companies',
        name: 'companies',
        component: () => import('./admin/CompaniesView.vue'),
        meta: { permission: 'manage' },
      },
      {
        path: 'audit',
        name: 'audit',
        component: () => import('./admin/AuditView.vue'),
        meta: { permission: 'audit.view' },
      },
    ],
  },
  { path: '/:unknown(.*)*', redirect: '/' },
];

/**
 * A page that was opened before the server was updated asks for parts that are gone: it is loaded anew, at the address
 * that was wanted, once the server can be reached.
 */
function loadAnewWhenOutdated(router: Router): void {
  let partMissing = false;
  window.addEventListener('vite:preloadError', () => (partMissing = true));
  router.onError((_error, to, from) => {
    const outdated = partMissing && from.matched.length > 0;
    partMissing = false;
    if (!outdated) return;
    void fetch(to.fullPath, { cache: 'no-store', headers: { accept: 'text/html' } }).then(
      ({ ok }) => ok && window.location.assign(to.fullPath),
      () => undefined,
    );
  });
}

/** The addresses of the pages. The focus view lies over the wall, whose tiles stay as they are. */
export function createAppRouter(session: Session): Router {
  const router = createRouter({ history: createWebHistory(), routes: ROUTES });
  router.beforeEach(createGuard(session, takeDestination));
  loadAnewWhenOutdated(router);
  return router;
}
