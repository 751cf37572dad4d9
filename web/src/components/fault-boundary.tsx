/** What stands in place of a page that could not be loaded or met a fault: the menus stay. */
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Notice } from './notice.tsx';

interface FaultBoundaryProps {
  readonly children: ReactNode;
}

/** To be keyed by the address: another page is tried anew. */
export class FaultBoundary extends Component<FaultBoundaryProps, { readonly fault?: unknown }> {
  static getDerivedStateFromError(fault: unknown) {
    return { fault };
  }

  override state: { readonly fault?: unknown } = {};

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === undefined) return this.props.children;
    return (
      <Notice
        tone="critical"
        title="This page could not be shown."
        live
        actions={
          <Button variant="default" onClick={() => window.location.reload()}>
            Load again
          </Button>
        }
      >
        <div>
          The gateway does not answer, has another version since this window was opened, or the page met a fault.
        </div>
        <div className="tg-dim tg-small">{fault instanceof Error ? fault.message : String(fault)}</div>
      </Notice>
    );
  }
}
