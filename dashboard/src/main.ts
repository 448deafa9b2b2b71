import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { createLive } from './app/live.ts';
import { createAppRouter } from './router.ts';
import { watchingKey } from './watch/watching.ts';

/** Errors that no page can show go to the browser's console, like uncaught ones. */
const report = (error: unknown): void => window.reportError(error);

const pinia = createPinia();
const app = createApp(App);
app.config.errorHandler = report;
app.use(pinia);
app.use(createAppRouter());
app.provide(watchingKey, createLive(pinia, report));
app.mount('#app');
