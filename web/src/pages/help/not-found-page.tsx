/** Shown at an address that belongs to no page. */
import { Link } from 'wouter';
import { Page } from '../../components/page.tsx';
import { Empty } from '../../components/query-view.tsx';

/** Says so and leads back. */
export function NotFoundPage() {
  return (
    <Page title="No such page">
      <Empty title="There is no page at this address.">
        Press Ctrl-K to search, or go to the <Link to="/">Overview</Link>.
      </Empty>
    </Page>
  );
}
