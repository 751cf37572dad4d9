/** The console around the pages: header, menus, banner, and which page belongs to which address. */
import { ActionIcon, AppShell, Burger, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { api, type Session } from './api.ts';
import { FaultBoundary } from './components/fault-boundary.tsx';
import { Icon, Mark } from './components/icons.tsx';
import { NavigationMenu } from './components/shell/navigation-menu.tsx';
import { SchemeSwitch } from './components/shell/scheme-switch.tsx';
import { SearchBox } from './components/shell/search-box.tsx';
import './components/shell/shell.css';
import { TemporaryBanner } from './components/shell/temporary-banner.tsx';
import { leave, navigate } from './location.ts';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { useSettings } from './queries.ts';
import { endSession } from './session.ts';
import { unwrap } from './transport.ts';

const AlarmsPage = lazy(async () => ({ default: (await import('./pages/alarms/alarms-page.tsx')).AlarmsPage }));
const AuditPage = lazy(async () => ({ default: (await import('./pages/audit/audit-page.tsx')).AuditPage }));
const SettingsPage = lazy(async () => ({ default: (await import('./pages/settings/settings-page.tsx')).SettingsPage }));
const ListenersPage = lazy(async () => ({
  default: (await import('./pages/settings/listeners-page.tsx')).ListenersPage,
}));
const UnifiedPage = lazy(async () => ({
  default: (await import('./pages/settings/unified-communications-page.tsx')).UnifiedCommunicationsPage,
}));
const SlotPage = lazy(async () => ({ default: (await import('./pages/identity/slot-page.tsx')).SlotPage }));
const CsrPage = lazy(async () => ({ default: (await import('./pages/identity/csr-page.tsx')).CsrPage }));
const DomainsPage = lazy(async () => ({ default: (await import('./pages/identity/domains-page.tsx')).DomainsPage }));
const ZonesPage = lazy(async () => ({ default: (await import('./pages/zones/zones-page.tsx')).ZonesPage }));
const ZonePage = lazy(async () => ({ default: (await import('./pages/zones/zone-page.tsx')).ZonePage }));
const ClientCertificateTestingPage = lazy(async () => ({
  default: (await import('./pages/zones/client-certificate-testing-page.tsx')).ClientCertificateTestingPage,
}));
const CertificateAuthenticationPage = lazy(async () => ({
  default: (await import('./pages/zones/certificate-authentication-page.tsx')).CertificateAuthenticationPage,
}));
const TraversalTestPage = lazy(async () => ({
  default: (await import('./pages/zones/traversal-test-page.tsx')).TraversalTestPage,
}));
const PeersPage = lazy(async () => ({ default: (await import('./pages/peers/peers-page.tsx')).PeersPage }));
const PeerPage = lazy(async () => ({ default: (await import('./pages/peers/peer-page.tsx')).PeerPage }));
const CrlManagementPage = lazy(async () => ({
  default: (await import('./pages/revocation/crl-management-page.tsx')).CrlManagementPage,
}));
const SipPage = lazy(async () => ({ default: (await import('./pages/revocation/sip-page.tsx')).SipPage }));
const PrivateCaPage = lazy(async () => ({
  default: (await import('./pages/private-ca/private-ca-page.tsx')).PrivateCaPage,
}));
const AuthorityPage = lazy(async () => ({
  default: (await import('./pages/private-ca/authority/authority-page.tsx')).AuthorityPage,
}));
const IssuePage = lazy(async () => ({ default: (await import('./pages/private-ca/issued/issue-page.tsx')).IssuePage }));
const IssuedPage = lazy(async () => ({
  default: (await import('./pages/private-ca/issued/issued-page.tsx')).IssuedPage,
}));
const CertificatePage = lazy(async () => ({
  default: (await import('./pages/private-ca/issued/certificate-page.tsx')).CertificatePage,
}));
const TemplatesPage = lazy(async () => ({
  default: (await import('./pages/private-ca/template/templates-page.tsx')).TemplatesPage,
}));
const AcmePage = lazy(async () => ({ default: (await import('./pages/acme/acme-page.tsx')).AcmePage }));
const ProviderPage = lazy(async () => ({ default: (await import('./pages/acme/provider-page.tsx')).ProviderPage }));
const AcmeServerPage = lazy(async () => ({
  default: (await import('./pages/acme-server/acme-server-page.tsx')).AcmeServerPage,
}));
const TrustedCaPage = lazy(async () => ({
  default: (await import('./pages/trusted-ca/trusted-ca-page.tsx')).TrustedCaPage,
}));
const ToolsPage = lazy(async () => ({ default: (await import('./pages/tools/tools-page.tsx')).ToolsPage }));
const VerifyPage = lazy(async () => ({ default: (await import('./pages/verification/verify-page.tsx')).VerifyPage }));
const UsersPage = lazy(async () => ({ default: (await import('./pages/access/users-page.tsx')).UsersPage }));
const ApiPage = lazy(async () => ({ default: (await import('./pages/help/api-page.tsx')).ApiPage }));
const AboutPage = lazy(async () => ({ default: (await import('./pages/help/about-page.tsx')).AboutPage }));
const NotFoundPage = lazy(async () => ({ default: (await import('./pages/help/not-found-page.tsx')).NotFoundPage }));

const paths = { server: '/security/server-certificate', client: '/security/client-certificate' };

/** Everything a logged-in person sees. */
export function Shell({ session }: { readonly session: Session }) {
  const [menuOpened, menu] = useDisclosure(false);
  const [path] = useLocation();
  const closeMenu = menu.close;
  // On small screens the menu gives way to the page that was chosen.
  useEffect(() => {
    if (path) closeMenu();
  }, [path, closeMenu]);
  return (
    <AppShell
      header={{ height: 50 }}
      navbar={{ width: 228, breakpoint: 'md', collapsed: { mobile: !menuOpened } }}
      padding={{ base: 'md', md: 'lg' }}
      transitionDuration={0}
    >
      <a className="tg-skip" href="#main">
        Skip to the content
      </a>
      <AppShell.Header style={{ background: 'var(--tg-panel)', borderColor: 'var(--tg-line)' }}>
        <Header session={session} menuOpened={menuOpened} onMenu={menu.toggle} />
      </AppShell.Header>
      <AppShell.Navbar style={{ background: 'var(--tg-panel)', borderColor: 'var(--tg-line)' }} aria-label="Menus">
        <NavigationMenu />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <TemporaryBanner />
        {/* by its address: what was typed on one page never stands on another of the same kind */}
        <FaultBoundary key={path}>
          <Suspense fallback={<div role="status" aria-label="Loading the page" />}>
            <Pages />
          </Suspense>
        </FaultBoundary>
      </AppShell.Main>
    </AppShell>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/status/alarms" component={AlarmsPage} />
      <Route path="/status/audit" component={AuditPage} />
      <Route path="/system/settings" component={SettingsPage} />
      <Route path="/system/listeners" component={ListenersPage} />
      <Route path="/configuration/unified-communications" component={UnifiedPage} />
      <Route path={paths.server}>{() => <SlotPage slot="server" home={paths.server} />}</Route>
      <Route path={`${paths.server}/generate-csr`}>{() => <CsrPage slot="server" home={paths.server} />}</Route>
      <Route path={paths.client}>{() => <SlotPage slot="client" home={paths.client} />}</Route>
      <Route path={`${paths.client}/generate-csr`}>{() => <CsrPage slot="client" home={paths.client} />}</Route>
      <Route path="/security/domain-certificates" component={DomainsPage} />
      <Route path="/security/domain-certificates/:name">
        {({ name }) => <SlotPage slot={`domain:${name}`} home={`/security/domain-certificates/${name}`} />}
      </Route>
      <Route path="/security/domain-certificates/:name/generate-csr">
        {({ name }) => <CsrPage slot={`domain:${name}`} home={`/security/domain-certificates/${name}`} />}
      </Route>
      <Route path="/security/trusted-ca" component={TrustedCaPage} />
      <Route path="/security/private-ca" component={PrivateCaPage} />
      <Route path="/security/private-ca/issue" component={IssuePage} />
      <Route path="/security/private-ca/:id">{({ id }) => <AuthorityPage key={id} id={id} />}</Route>
      <Route path="/security/issued-certificates" component={IssuedPage} />
      <Route path="/security/issued-certificates/:serial">
        {({ serial }) => <CertificatePage key={serial} serial={serial} />}
      </Route>
      <Route path="/security/certificate-templates" component={TemplatesPage} />
      <Route path="/security/acme" component={AcmePage} />
      <Route path="/security/acme/:id">{({ id }) => <ProviderPage key={id} id={id} />}</Route>
      <Route path="/security/acme-server" component={AcmeServerPage} />
      <Route path="/tools/verify" component={VerifyPage} />
      <Route path="/status/peers" component={PeersPage} />
      <Route path="/status/peers/:fingerprint">
        {({ fingerprint }) => <PeerPage key={fingerprint} fingerprint={fingerprint} />}
      </Route>
      <Route path="/configuration/zones" component={ZonesPage} />
      <Route path="/configuration/zones/:id">{({ id }) => <ZonePage key={id} id={id} />}</Route>
      <Route path="/security/client-certificate-testing" component={ClientCertificateTestingPage} />
      <Route path="/security/certificate-based-authentication" component={CertificateAuthenticationPage} />
      <Route path="/security/secure-traversal-test" component={TraversalTestPage} />
      <Route path="/security/crl-management" component={CrlManagementPage} />
      <Route path="/configuration/sip" component={SipPage} />
      <Route path="/tools/:tool">{({ tool }) => <ToolsPage key={tool} tool={tool} />}</Route>
      <Route path="/users" component={UsersPage} />
      <Route path="/help/api" component={ApiPage} />
      <Route path="/help/about" component={AboutPage} />
      <Route component={NotFoundPage} />
    </Switch>
  );
}

interface HeaderProps {
  readonly session: Session;
  readonly menuOpened: boolean;
  readonly onMenu: () => void;
}

function Header({ session, menuOpened, onMenu }: HeaderProps) {
  const client = useQueryClient();
  const settings = useSettings();
  const logOut = useMutation({
    mutationFn: () => unwrap(api.DELETE('/session')),
    onSettled: () => endSession(client, false),
  });
  return (
    <div className="tg-header">
      <Burger
        opened={menuOpened}
        onClick={onMenu}
        hiddenFrom="md"
        size="sm"
        aria-label={menuOpened ? 'Close the menus' : 'Open the menus'}
      />
      <Link to="/" className="tg-brand">
        <Mark size={26} />
        Tollgate
      </Link>
      <span className="tg-host tg-clip">
        {settings.data && (
          <>
            {settings.data.fqdn || 'no FQDN set'} · {settings.data.role}
          </>
        )}
      </span>
      <span style={{ flex: 1 }} />
      <SearchBox />
      <SchemeSwitch />
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Account: ${session.user.name}`}>
            <Icon name="user" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <div style={{ padding: '6px 12px' }}>
            <strong>{session.user.name}</strong>
            <div className="tg-dim tg-small">{session.user.role}</div>
          </div>
          <Menu.Divider />
          <Menu.Item onClick={() => navigate('/users#account')}>Change password</Menu.Item>
          <Menu.Item onClick={() => void leave(() => logOut.mutate())}>Log out</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
