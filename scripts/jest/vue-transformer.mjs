import { compileScript, parse, registerTS } from '@vue/compiler-sfc';
import swcJest from '@swc/jest';
import ts from 'typescript';

registerTS(() => ts);
const swc = swcJest.createTransformer({ jsc: { parser: { syntax: 'typescript' }, target: 'es2024' } });

/** Jest transformer for `<script setup lang="ts">` components; styles are left out. */
export default {
  process(source, filename, options) {
    const { descriptor, errors } = parse(source, { filename });
    if (errors.length > 0) throw errors[0];
    const script = compileScript(descriptor, { id: filename, inlineTemplate: true });
    return swc.process(script.content, filename, options);
  },
};
