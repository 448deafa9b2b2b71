// For tools that know TypeScript but not single-file components; vue-tsc reads the components themselves.
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
