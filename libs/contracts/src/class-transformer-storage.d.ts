/** class-transformer publishes no types for its metadata; `findTypeMetadata` is all we need of it. */
declare module 'class-transformer/cjs/storage.js' {
  export const defaultMetadataStorage: {
    findTypeMetadata(target: object, property: string): { typeFunction(): object } | undefined;
  };
}
