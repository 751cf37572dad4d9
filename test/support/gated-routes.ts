/** Every operation of the product behind its own gates, with a handler that only says that it was reached. */
import { z } from 'zod';
import { collectRoutes, type Features } from '../../src/http/collect-routes.ts';
import { type Route, route } from '../../src/lib/route.ts';

/** The routes as they are; calling a handler fails. */
export function productRoutes(): readonly Route[] {
  return collectRoutes(new Proxy({}, { get: () => ({}) }) as Features);
}

/** Under `/gated` + path, so that they can stand beside the real ones of a small gateway. */
export function gatedRoutes(): readonly Route[] {
  return productRoutes().map(({ id, method, path, tag, summary, access, stepUp }) =>
    route({
      id,
      method,
      tag,
      summary,
      access,
      ...(stepUp === undefined ? {} : { stepUp }),
      path: `/gated${path}`,
      response: z.unknown(),
      status: 200,
      handler: () => ({ reached: true }),
    }),
  );
}
