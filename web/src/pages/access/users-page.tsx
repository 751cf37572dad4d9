/** Users and tokens: accounts, roles, API tokens, and one's own password. */
import { Page } from '../../components/page.tsx';
import { AccountPanel } from './account-panel.tsx';
import { TokensPanel } from './tokens-panel.tsx';
import { UsersPanel } from './users-panel.tsx';

/** The page Users › Users and tokens. */
export function UsersPage() {
  return (
    <Page intro="An administrator changes things; an auditor sees everything and changes nothing.">
      <UsersPanel />
      <TokensPanel />
      <AccountPanel />
    </Page>
  );
}
