export { isScope, SCOPES, type Scope } from '#contracts';
