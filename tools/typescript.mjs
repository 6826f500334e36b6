import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
      return next(specifier.slice(0,-3)+'.ts', context);
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context);
    const source = transformSync(readFileSync(fileURLToPath(url), 'utf8'), { swcrc:false, filename: fileURLToPath(url), sourceMaps: 'inline', module:{type:'es6'}, jsc:{target:'es2023', keepClassNames:true, parser:{syntax:'typescript',decorators:true}, transform:{legacyDecorator:true,decoratorMetadata:true,useDefineForClassFields:false}}}).code;
    return { format: 'module', source, shortCircuit: true };
  },
});
