import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { type Scope } from '#contracts';

/** Who may use a route: holders of a scope, or everyone. */
export type Policy = Scope | 'open';

const POLICY = 'waybill:policy';

/** Only for keys with this scope. */
export function Needs(scope: Scope): ClassDecorator & MethodDecorator {
  return policy(scope);
}

/** For everyone, without a key. */
export function Open(): ClassDecorator & MethodDecorator {
  return policy('open');
}

// biome-ignore lint/complexity/noBannedTypes: what Nest hands to a guard, and no more is known of it.
type Handler = Function;

/** That of the method, else that of its class. */
export function policyOf(handler: Handler, controller: Handler): Policy | undefined {
  return Reflect.getMetadata(POLICY, handler) ?? Reflect.getMetadata(POLICY, controller);
}

/** A route as its decorators say: `GET /v1/orders/:id`. */
export interface DeclaredRoute {
  readonly route: string;
  readonly policy: Policy | undefined;
}

export function declaredRoutes(controllers: readonly Type[]): DeclaredRoute[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
      const handler = controller.prototype[name];
      if (typeof handler !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, handler)) return [];
      const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler)];
      const path = [controller, handler].map((part) => String(Reflect.getMetadata(PATH_METADATA, part)));
      return {
        route: `${method} /${path.join('/').split('/').filter(Boolean).join('/')}`,
        policy: policyOf(handler, controller),
      };
    }),
  );
}

function policy(value: Policy): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: { value?: unknown }): void => {
    Reflect.defineMetadata(POLICY, value, (descriptor?.value as object | undefined) ?? target);
  };
}
