/** For tools that do not read single-file components, as the linter; the type checker sees the real types. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent;
  export default component;
}
