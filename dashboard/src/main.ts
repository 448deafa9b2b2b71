import { systemClock } from '@sightline/shared';
import { createPinia } from 'pinia';
import { createApp, watch } from 'vue';
import { apiKey, createApi } from './api/api.ts';
import { createHttp } from './api/http.ts';
import App from './App.vue';
import { createLive } from './app/live.ts';
import { createAppRouter } from './router.ts';
import { leaveToSignIn } from './session/leave.ts';
import { createSession, sessionKey } from './session/session.ts';
import { useConnectionStore } from './stores/connection.ts';
import { useSessionStore } from './stores/session.ts';
import { watchingKey } from './watch/watching.ts';

/** Errors that no page can show go to the browser's console, like uncaught ones. */
const report = (error: unknown): void => window.reportError(error);

const pinia = createPinia();
const connection = useConnectionStore(pinia);
const sessionStore = useSessionStore(pinia);
const api = createApi(
  createHttp({
    fetch: (...request) => fetch(...request),
    onNotSignedIn: () => session.ended(),
    onServerTime: (timeMs) => connection.takeServerTime(timeMs, systemClock.nowMs()),
    onPasswordDue: () => void session.refresh().catch(report),
  }),
);
const session = createSession({
  identity: api.identity,
  store: sessionStore,
  clock: systemClock,
  leave: leaveToSignIn,
});
const live = createLive({
  pinia,
  organisation: api.organisation,
  onUnauthorised: () => session.ended(),
  onError: report,
});
const router = createAppRouter(session);
watch(
  () => sessionStore.me,
  (me, before) => {
    if (me?.mustChangePassword === true) void router.push({ name: 'new-password' });
    const mayWatch = me?.mustChangePassword === false && sessionStore.can('live.view');
    if (mayWatch && before?.mustChangePassword !== false) live.start();
  },
);

const app = createApp(App);
app.config.errorHandler = report;
app.use(pinia);
app.use(router);
app.provide(apiKey, api);
app.provide(sessionKey, session);
app.provide(watchingKey, live.watching);
app.mount('#app');
