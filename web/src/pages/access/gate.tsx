/** The plain frame of the two pages that are seen without a session. */
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Mark } from '../../components/icons.tsx';
import { SchemeSwitch } from '../../components/shell/scheme-switch.tsx';

interface GateProps {
  readonly title: string;
  readonly intro: ReactNode;
  readonly children: ReactNode;
}

/** A single panel in the middle of the page. */
export function Gate({ title, intro, children }: GateProps) {
  useEffect(() => {
    document.title = `${title} – Tollgate`;
  }, [title]);
  return (
    <div className="tg-gate">
      <main>
        <div className="tg-gate-brand">
          <Mark size={32} />
          <span>Tollgate</span>
          <span style={{ flex: 1 }} />
          <SchemeSwitch />
        </div>
        <section className="tg-panel">
          <h1>{title}</h1>
          <Text component="div" c="dimmed" mb="md">
            {intro}
          </Text>
          {children}
        </section>
        <p className="tg-dim tg-small">{window.location.host}</p>
      </main>
    </div>
  );
}
