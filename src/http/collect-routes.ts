/** Every route of the API, feature by feature. A new feature adds its line here. */
import type { Access } from '../features/access/access.ts';
import { accessRoutes } from '../features/access/routes.ts';
import type { Acme } from '../features/acme/acme.ts';
import { acmeRoutes } from '../features/acme/routes.ts';
import type { AcmeServer } from '../features/acme-server/acme-server.ts';
import { acmeServerRoutes } from '../features/acme-server/routes.ts';
import type { AlarmsFeature } from '../features/alarms/alarms.ts';
import { alarmsRoutes } from '../features/alarms/routes.ts';
import type { Audit } from '../features/audit/audit.ts';
import { auditRoutes } from '../features/audit/routes.ts';
import type { Identity } from '../features/identity/identity.ts';
import { identityRoutes } from '../features/identity/routes.ts';
import type { PrivateCa } from '../features/private-ca/private-ca.ts';
import { type Publishing, privateCaRoutes, publishRoutes } from '../features/private-ca/routes.ts';
import type { RevocationFeature } from '../features/revocation/revocation.ts';
import { revocationRoutes } from '../features/revocation/routes.ts';
import { settingsRoutes } from '../features/settings/routes.ts';
import type { SettingsFeature } from '../features/settings/settings.ts';
import { toolsRoutes } from '../features/tools/routes.ts';
import type { Tools } from '../features/tools/tools.ts';
import { trustedCaRoutes } from '../features/trusted-ca/routes.ts';
import type { TrustedCaFeature } from '../features/trusted-ca/trusted-ca.ts';
import { verificationRoutes } from '../features/verification/routes.ts';
import type { Verification } from '../features/verification/verification.ts';
import { zonesRoutes } from '../features/zones/routes.ts';
import type { Zones } from '../features/zones/zones.ts';
import type { Route } from '../lib/route.ts';

export interface Features {
  readonly access: Access;
  readonly audit: Audit;
  readonly settings: SettingsFeature;
  readonly trustedCa: TrustedCaFeature;
  readonly revocation: RevocationFeature;
  readonly identity: Identity;
  readonly alarms: AlarmsFeature;
  readonly acme: Acme;
  readonly acmeServer: AcmeServer;
  readonly privateCa: PrivateCa;
  readonly publishing: Publishing;
  readonly tools: Tools;
  readonly verification: Verification;
  readonly zones: Zones;
}

/** Handlers use the features, building the list does not: the generator of the OpenAPI file passes stand-ins. */
export function collectRoutes(features: Features): readonly Route[] {
  return [
    ...alarmsRoutes(features.alarms),
    ...identityRoutes(features.identity),
    ...settingsRoutes(features.settings),
    ...trustedCaRoutes(features.trustedCa),
    ...revocationRoutes(features.revocation),
    ...privateCaRoutes(features.privateCa),
    ...publishRoutes(features.publishing),
    ...acmeRoutes(features.acme),
    ...acmeServerRoutes(features.acmeServer),
    ...zonesRoutes(features.zones),
    ...verificationRoutes(features.verification),
    ...toolsRoutes(features.tools),
    ...accessRoutes(features.access),
    ...auditRoutes(features.audit),
  ];
}
