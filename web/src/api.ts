/** The typed client of the gateway's API, and the types of its answers. */
import createClient from 'openapi-fetch';
import type { paths } from '../../openapi/api.d.ts';
import { transport } from './transport.ts';

/** Calls the API of the gateway that served this page. Wrap each call in `unwrap`. */
export const api = createClient<paths>({ baseUrl: '/api/v1', fetch: transport });

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;
type Method = 'get' | 'post' | 'patch' | 'put' | 'delete';
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

/** What an operation answers when it succeeds. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Json<R[keyof R & (200 | 201)]> : never;

/** What an operation takes. */
export type Body<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;

export type Settings = Answer<'/settings', 'get'>;
export type SettingsPatch = Body<'/settings', 'patch'>;
export type Listener = Answer<'/settings/listeners', 'get'>['listeners'][number];
export type IdentityOverview = Answer<'/identities', 'get'>['identities'][number];
export type IdentityView = Answer<'/identities/{slot}', 'get'>;
export type ActiveIdentity = NonNullable<IdentityView['active']>;
export type IdentityVersion = IdentityView['history'][number];
export type RequiredName = IdentityView['requiredNames'][number];
export type CsrForm = Body<'/identities/{slot}/csr', 'post'>;
export type CsrPreview = Answer<'/identities/{slot}/csr/preview', 'post'>;
export type CsrDefaults = Answer<'/identities/{slot}/csr/form', 'get'>;
export type CsrView = Answer<'/identities/{slot}/csr', 'get'>;
export type UploadPreview = Answer<'/identities/{slot}/uploads', 'post'>;
export type AuditRow = Answer<'/audit', 'get'>['rows'][number];
export type TrustedCaList = Answer<'/trusted-cas', 'get'>;
export type TrustedCa = TrustedCaList['rows'][number];
export type AppendReport = Answer<'/trusted-cas', 'post'>;
export type RemovalReport = Answer<'/trusted-cas/removals', 'post'>;
export type RevocationSettings = Answer<'/revocation/settings', 'get'>;
export type RevocationUpdate = Body<'/revocation/settings', 'put'>;
export type RevocationSource = Answer<'/revocation/sources', 'get'>['sources'][number];
export type StoredCrl = Answer<'/revocation/sources', 'get'>['crls'][number];
export type RefusedHost = Answer<'/revocation/sources', 'get'>['refusedHosts'][number];
export type CoverageRow = Answer<'/revocation/coverage', 'get'>['rows'][number];
export type TrustSet = Answer<'/trust-sets', 'get'>['sets'][number];
export type Zone = Answer<'/zones', 'get'>['zones'][number];
export type ZoneAccessRules = Answer<'/zones/access-rules', 'get'>;
export type CertificateAuthentication = Answer<'/zones/certificate-authentication', 'get'>;
export type ClientCertificateTest = Answer<'/zones/client-certificate-test', 'post'>;
export type Aspect = ClientCertificateTest['aspects'][number];
export type TraversalTest = Answer<'/zones/traversal-test', 'post'>['tests'][number];
export type PeerView = Answer<'/peers/{fingerprint}', 'get'>;
export type Peer = PeerView['peer'];
export type Authority = Answer<'/private-ca/authorities/{id}', 'get'>;
export type IssuedRow = Answer<'/private-ca/certificates', 'get'>['certificates'][number];
export type IssueRequest = Body<'/private-ca/certificates', 'post'>;
export type IssuePreview = Answer<'/private-ca/previews', 'post'>;
export type IssuedAnswer = Answer<'/private-ca/certificates', 'post'>;
export type RootRequest = Body<'/private-ca/roots', 'post'>;
export type IntermediateRequest = Body<'/private-ca/intermediates', 'post'>;
export type Template = Answer<'/private-ca/templates/{name}', 'get'>;
export type TemplateRequest = Body<'/private-ca/templates/{name}', 'put'>;
export type Publication = Answer<'/private-ca/publishing', 'get'>['authorities'][number];
export type AcmeProvider = Answer<'/acme/providers/{id}', 'get'>;
export type AcmeAccount = NonNullable<AcmeProvider['account']>;
export type AcmeDirectory = Answer<'/acme/providers/{id}/directory', 'get'>;
export type AcmeProviderRequest = Body<'/acme/providers', 'post'>;
export type AcmeProviderPatch = Body<'/acme/providers/{id}', 'patch'>;
export type AcmeSlot = Answer<'/acme/slots/{slot}', 'get'>;
export type AcmeOrder = Answer<'/acme/orders/{id}', 'get'>;
export type AcmeCheckRow = Answer<'/acme/slots/{slot}/issuers', 'post'>['rows'][number];
export type AcmeTimelineEntry = Answer<'/acme/timeline', 'get'>['entries'][number];
export type AcmeHttpPort = Answer<'/acme/http-listener', 'get'>;
export type AcmeServerSettings = Answer<'/acme-server/settings', 'get'>;
export type AcmeServerKey = Answer<'/acme-server/keys', 'get'>['keys'][number];
export type AcmeServerKeyRequest = Body<'/acme-server/keys', 'post'>;
export type AcmeServerAccount = Answer<'/acme-server/accounts', 'get'>['accounts'][number];
export type AcmeServerOrder = Answer<'/acme-server/orders/{id}', 'get'>;
export type Session = Answer<'/session', 'get'>;
export type User = Answer<'/users', 'get'>['users'][number];
export type Token = Answer<'/tokens', 'get'>['tokens'][number];
export type TokenRequest = Body<'/tokens', 'post'>;
export type Alarm = Answer<'/alarms', 'get'>['alarms'][number];
export type Overview = Answer<'/overview', 'get'>;
export type DecodedFile = Answer<'/tools/decode', 'post'>['files'][number];
export type MatchAnswer = Answer<'/tools/match', 'post'>;
export type ChainAnswer = Answer<'/tools/chain', 'post'>;
export type Decision = Answer<'/verification/decisions', 'post'>['decision'];
export type DecisionRequest = Body<'/verification/decisions', 'post'>;
export type RemoteAnswer = Answer<'/verification/remote', 'post'>;
export type RemoteRequest = Body<'/verification/remote', 'post'>;
