/** Says on every page that a certificate made at first start should be replaced. */
import { Link } from 'wouter';
import { useIdentities } from '../../queries.ts';
import { Icon } from '../icons.tsx';

/** Shown while the server certificate is the temporary one. */
export function TemporaryBanner() {
  const server = useIdentities().data?.find((identity) => identity.slot === 'server');
  if (!server?.active?.temporary) return null;
  return (
    <div className="tg-banner tg-tone-warning">
      <Icon name="warning" size={14} />
      <span>This gateway presents a temporary certificate that no one else trusts.</span>
      {server.pendingCsr ? (
        <Link to="/security/server-certificate">Upload the signed certificate</Link>
      ) : (
        <Link to="/security/server-certificate">Replace it</Link>
      )}
    </div>
  );
}
