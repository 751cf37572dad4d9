/** The frame of every page: where it stands in the menus, its heading, its actions. */
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { pageOf } from '../navigation.ts';
import { Icon } from './icons.tsx';

interface PageProps {
  /** The heading; the entry's title in the table of pages unless told. */
  readonly title?: ReactNode;
  /** For the browser's tab, where `title` is not plain text. */
  readonly tabTitle?: string;
  readonly intro?: ReactNode;
  readonly actions?: ReactNode;
  /** The page above, where this one is not in the menus. */
  readonly back?: { readonly to: string; readonly label: string };
  readonly children: ReactNode;
}

let arrived = false;

/** Heading, path through the menus and content. Moves the focus to the heading when one arrives by a link. */
export function Page({ title, tabTitle, intro, actions, back, children }: PageProps) {
  const [path] = useLocation();
  const entry = pageOf(path);
  const heading = useRef<HTMLHeadingElement>(null);
  const name = tabTitle ?? (typeof title === 'string' ? title : entry?.title) ?? 'Tollgate';
  useEffect(() => {
    const from = document.activeElement;
    // Not on the first page after loading: there the keyboard starts at the skip link, as on any page.
    if (arrived && path && (from === document.body || from?.closest('nav'))) heading.current?.focus();
    arrived = true;
    const target = window.location.hash.slice(1);
    if (target) document.getElementById(target)?.scrollIntoView();
  }, [path]);
  useEffect(() => {
    document.title = `${name} – Tollgate`;
  }, [name]);

  return (
    <div className="tg-page">
      <div className="tg-page-head">
        <div>
          <p className="tg-crumbs">
            {back ? (
              <Link to={back.to}>
                <Icon name="back" size={12} /> {back.label}
              </Link>
            ) : (
              entry?.menu.join(' › ')
            )}
          </p>
          <h1 ref={heading} tabIndex={-1}>
            {title ?? entry?.title}
          </h1>
          {intro && <p className="tg-intro">{intro}</p>}
        </div>
        {actions && <div className="tg-page-actions">{actions}</div>}
      </div>
      {children}
    </div>
  );
}
