import { createRouter, createWebHistory, type Router } from 'vue-router';
import FocusView from './focus/FocusView.vue';
import WallView from './wall/WallView.vue';

/** The addresses of the pages. The focus view lies over the wall, whose tiles stay as they are. */
export function createAppRouter(): Router {
  return createRouter({
    history: createWebHistory(),
    routes: [
      {
        path: '/',
        name: 'wall',
        component: WallView,
        children: [{ path: 'watch/:clientId/:trackId?', name: 'focus', component: FocusView, props: true }],
      },
      {
        path: '/recordings',
        name: 'recordings',
        component: () => import('./recordings/RecordingsView.vue'),
      },
      {
        path: '/recordings/:sessionId/:trackId?',
        name: 'recording',
        component: () => import('./recordings/PlayerView.vue'),
        props: true,
      },
      { path: '/:unknown(.*)*', redirect: { name: 'wall' } },
    ],
  });
}
